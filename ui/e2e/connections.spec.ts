import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page } from './window'

const card = (page: Page, name: string) => page.getByRole('article', { name, exact: true })
const chip = (page: Page, name: string) =>
  page.getByRole('banner').getByRole('button', { name: `Connection: ${name}` })

test('a connection is opened from its card, and the other one is one click away', async ({ page }) => {
  await open(page, { path: '/connections' })
  await card(page, 'eu-prod').getByRole('button', { name: 'Open' }).click()
  await expect(chip(page, 'eu-prod')).toContainText('PROD')
  await expect(page.locator('.shell')).toHaveCSS('border-top-color', 'rgb(198, 40, 40)')
  await expect(page.locator('.shell')).toHaveCSS('border-top-width', '3px')
  await page.getByRole('button', { name: 'Switch to This computer' }).click()
  await expect(chip(page, 'This computer')).toBeVisible()
  await expect(page.locator('.shell')).toHaveCSS('border-top-width', '0px')
  await page.keyboard.press('Control+p')
  await expect(chip(page, 'eu-prod')).toBeVisible()
})

test('the chip lists every connection', async ({ page }) => {
  await open(page)
  await chip(page, 'This computer').click()
  await page.getByRole('menuitemcheckbox', { name: 'eu-staging' }).click()
  await expect(chip(page, 'eu-staging')).toContainText('STAG')
})

test('a test shows rung by rung what holds and what to do', async ({ page }) => {
  await open(page, { path: '/connections' })
  await page.getByRole('button', { name: 'New connection' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('far')
  await page.getByRole('textbox', { name: 'Cluster' }).fill('main')
  await page.getByRole('textbox', { name: 'Members of etcd' }).fill('https://away:2379')
  await page.getByRole('textbox', { name: 'Database' }).fill('mysql://db/belfry')
  await page.getByRole('button', { name: 'Test' }).first().click()
  const rungs = page.getByRole('list', { name: 'Test' }).getByRole('listitem')
  await expect(rungs).toHaveCount(15)
  await expect(rungs.filter({ hasText: 'etcd: name' })).toContainText('in order')
  await expect(rungs.filter({ hasText: 'etcd: connection' })).toContainText('is etcd running there?')
  await expect(rungs.filter({ hasText: 'etcd: TLS' })).toContainText('not tried')
  await expect(rungs.filter({ hasText: 'Tables' })).toContainText('in order')
})

test('every mistake stands at its field, and what is typed in secret is not shown again', async ({
  page,
}) => {
  await open(page, { path: '/connections' })
  await page.getByRole('button', { name: 'New connection' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await expect(page.locator('[data-field=name]')).toContainText('It is needed.')
  await page.getByRole('textbox', { name: 'Name' }).fill('eu-prod')
  await page.getByRole('textbox', { name: 'Database' }).fill('mysql://lin:hunter2@db/belfry')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('[data-field=name]')).toContainText('Another connection has this name.')
  await expect(page.locator('[data-field=history_url]')).toContainText('It holds a password')
  await page.getByRole('textbox', { name: 'Name' }).fill('mine')
  await page.getByRole('textbox', { name: 'Cluster' }).fill('main')
  await page.getByRole('textbox', { name: 'Members of etcd' }).fill('https://etcd:2379')
  await page.getByRole('textbox', { name: 'Database' }).fill('mysql://lin@db/belfry')
  await page.getByLabel('Password', { exact: true }).last().fill('hunter2')
  await page.keyboard.press('Control+Enter')
  await card(page, 'mine').getByRole('button', { name: 'Edit' }).click()
  await expect(page.getByLabel('Password', { exact: true }).last()).toHaveValue('')
  await expect(page.getByPlaceholder('Kept. Type to replace it.')).toHaveCount(1)
})

test('without a keychain the passphrase is asked for once', async ({ page }) => {
  await open(page, { fake: 'empty', path: '/connections' })
  await expect(page.getByText('Only this computer is known so far.')).toBeVisible()
  await page.getByRole('button', { name: 'New connection' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('mine')
  await page.getByRole('textbox', { name: 'Cluster' }).fill('main')
  await page.getByRole('textbox', { name: 'Members of etcd' }).fill('https://etcd:2379')
  await page.getByRole('textbox', { name: 'Database' }).fill('mysql://lin@db/belfry')
  await page.getByLabel('Password', { exact: true }).last().fill('hunter2')
  await page.getByRole('button', { name: 'Save' }).click()
  const dialog = page.getByRole('dialog', { name: 'Passphrase' })
  await dialog.getByLabel('Passphrase').fill('tower')
  await dialog.getByRole('button', { name: 'Open the secrets' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(card(page, 'mine')).toBeVisible()
})

test('in production a dangerous thing asks for the name', async ({ page }) => {
  await open(page, { profile: 'eu-prod', path: '/connections' })
  await card(page, 'eu-test').getByRole('button', { name: 'Forget' }).click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: 'Forget' })
  await expect(confirm).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Name of the connection' }).fill('eu-prod')
  await confirm.click()
  await expect(card(page, 'eu-test')).toHaveCount(0)
})

test('a read-only connection says so and offers no change by key', async ({ page }) => {
  await open(page, { profile: 'eu-prod-view' })
  await expect(page.getByText('This connection is read-only: nothing can be changed.')).toBeVisible()
  await page.getByRole('grid', { name: 'List of jobs' }).waitFor()
  await page.keyboard.press('n')
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toBeVisible()
})

test('a connection that is lost says so, and what is away is said on its card', async ({ page }) => {
  await open(page, { profile: 'eu-test', fake: 'down', path: '/connections' })
  await expect(page.getByText('No connection: what is shown can be read and not changed.')).toBeVisible()
  await expect(card(page, 'eu-test')).toContainText('Cannot be reached')
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`axe finds nothing on the connections in ${language}, ${theme}`, async ({ page }) => {
    test.slow()
    await open(page, { language, theme, profile: 'eu-prod', path: '/connections' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const check = async (place: string) => {
      await page.clock.runFor(500)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const told = violations.map((each) => `${place}: ${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)
      expect(told).toEqual([])
    }
    await card(page, 'eu-staging').waitFor()
    await check('cards')
    await card(page, 'eu-staging').getByRole('button').nth(2).click()
    await page.locator('[data-field=name]').waitFor()
    await check('form')
  })
}
