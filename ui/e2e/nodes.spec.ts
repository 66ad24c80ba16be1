import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page } from './window'

const grid = (page: Page) => page.getByRole('grid', { name: 'List of nodes' })

test('what ran and will run on a node is two clicks away', async ({ page }) => {
  await open(page, { profile: 'eu-test' })
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Nodes' }).click()
  await grid(page).getByRole('row', { name: /web-1/ }).click()
  const drawer = page.getByRole('complementary', { name: 'web-1' })
  await expect(
    drawer.getByRole('region', { name: 'What will run here' }).getByRole('listitem'),
  ).not.toHaveCount(0)
  await expect(drawer.getByRole('region', { name: 'What ran here' }).getByRole('listitem')).toHaveCount(20)
  await expect(drawer).toContainText('role=web')
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
})

test('nodes are filtered in place, and the keyboard opens one', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes' })
  await expect(grid(page).getByRole('row')).toHaveCount(8)
  await page.keyboard.press('/')
  await page.keyboard.type('role=db')
  await expect(grid(page).getByRole('row')).toHaveCount(3)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'db-1' })).toContainText('billing, data')
})

test('each state is said in a word beside its glyph', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes' })
  const row = (name: RegExp) => grid(page).getByRole('row', { name })
  await expect(row(/web-1/)).toContainText('up')
  await expect(row(/web-3/)).toContainText('draining')
  await expect(row(/db-2/)).toContainText('clock suspect')
  await expect(row(/db-2/)).toContainText('+4.2 s')
  await expect(row(/media-1/)).toContainText('gone')
  await expect(page.getByText('1 gone')).toBeVisible()
})

test('a place without agents says what to do', async ({ page }) => {
  await open(page, { fake: 'empty', path: '/nodes' })
  await expect(page.getByText('No agent has ever been here')).toBeVisible()
  await expect(page.getByText('belfry-agent run --config')).toBeVisible()
})

test('stores that are away are said', async ({ page }) => {
  await open(page, { fake: 'down', path: '/nodes' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`axe finds nothing on the nodes in ${language}, ${theme}`, async ({ page }) => {
    test.slow()
    await open(page, { language, theme, profile: 'eu-test', path: '/nodes?node=web-1' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByRole('complementary', { name: 'web-1' }).getByRole('listitem').first().waitFor()
    await page.clock.runFor(500)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  })
}

const drawerOf = (page: Page, name: string) => page.getByRole('complementary', { name })

test('a node is drained and takes work again', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes?node=web-1' })
  const drawer = drawerOf(page, 'web-1')
  await drawer.getByRole('button', { name: 'Drain' }).click()
  await expect(page.getByText('web-1 takes nothing new; what runs goes on.', { exact: true })).toBeVisible()
  await expect(drawer).toContainText('draining')
  await drawer.getByRole('button', { name: 'Take work again' }).click()
  await expect(page.getByText('web-1 takes work again.', { exact: true })).toBeVisible()
  await expect(drawer.getByRole('button', { name: 'Drain' })).toBeVisible()
})

test('a node that does not do what it is asked says why', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes?node=db-1' })
  await drawerOf(page, 'db-1').getByRole('button', { name: 'Read its file again' }).click()
  await expect(
    page.getByText(/db-1 answered, but did not do it: .*has no \[cluster\]/, { exact: false }).first(),
  ).toBeVisible()
})

test('weight and labels are noted, and a wrong one is said at its field', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes?node=web-2' })
  await drawerOf(page, 'web-2').getByRole('button', { name: 'Weight and labels' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Weight' }).fill('many')
  await dialog.getByRole('textbox', { name: 'Labels' }).fill('rack=r9')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toContainText('Write a number from 0 to 100.')
  await dialog.getByRole('textbox', { name: 'Weight' }).fill('7')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(drawerOf(page, 'web-2')).toContainText('rack=r9')
  await page.keyboard.press('Escape')
  const cells = grid(page).getByRole('row', { name: /web-2/ }).getByRole('gridcell')
  await expect(cells.filter({ hasText: 'rack=r9' })).toBeVisible()
  await expect(cells.nth(4)).toHaveText('7')
})

test('in production a node that is gone is removed by its connection’s name', async ({ page }) => {
  await open(page, { profile: 'eu-prod', path: '/nodes?node=media-1' })
  await drawerOf(page, 'media-1').getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Remove' })).toBeDisabled()
  await dialog.getByRole('textbox').fill('eu-prod')
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText(/media-1 was removed/).first()).toBeVisible()
  await expect(grid(page).getByRole('row', { name: /media-1/ })).toHaveCount(0)
})

test('a server is added by one line, which is said to be a secret and shown once', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes' })
  await page.getByRole('button', { name: 'Add a server' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Projects' }).fill('No Such')
  await dialog.getByRole('button', { name: 'Make the line' }).click()
  await expect(dialog).toContainText('Use lowercase letters')
  await dialog.getByRole('textbox', { name: 'Projects' }).fill('billing')
  await dialog.getByRole('button', { name: 'Make the line' }).click()
  await expect(dialog.getByRole('alert')).toContainText('It is a secret')
  await expect(dialog.getByText(/^belfry-agent enroll belfry1\./)).toBeVisible()
  await dialog.getByRole('button', { name: 'Copy the command' }).click()
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Add a server' }).click()
  await expect(page.getByText(/belfry1\./)).toHaveCount(0)
})

test('through a read-only connection every button that changes something is shut and says why', async ({
  page,
}) => {
  await open(page, { profile: 'eu-prod-view', path: '/nodes?node=web-1' })
  const why = 'This connection is read-only: nothing can be changed through it.'
  const drain = drawerOf(page, 'web-1').getByRole('button', { name: 'Drain' })
  await expect(drain).toBeDisabled()
  await expect(page.getByTitle(why).first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add a server' })).toBeDisabled()
  await page.goto(page.url().replace(/#.*/, '#/jobs'))
  await expect(page.getByRole('button', { name: 'New job' })).toBeDisabled()
  await expect(page.getByRole('switch').first()).toBeDisabled()
})
