import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page } from './window'

const group = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

test('the settings open by a key, change the look, and Escape leads back', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Control+,')
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'Contrast' }).click()
  await expect(page.locator('html')).toHaveClass(/contrast/)
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(0, 0, 0)')
  await page.getByRole('button', { name: 'Light' }).click()
  await expect(page.locator('html')).not.toHaveClass(/contrast/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toBeVisible()
})

test('the agent starts at login, or no more', async ({ page }) => {
  await open(page, { path: '/settings' })
  const computer = group(page, 'This computer')
  const login = computer.getByRole('switch', { name: 'Start the agent when I log in' })
  await expect(login).not.toBeChecked()
  await login.click()
  await expect(computer).toContainText('It starts as a service of yours when you log in.')
  await expect(login).toBeChecked()
  await login.click()
  await expect(computer).toContainText('The agent starts when this window opens.')
})

test('the agent is stopped after a question and started again', async ({ page }) => {
  await open(page, { path: '/settings' })
  const computer = group(page, 'This computer')
  await computer.getByRole('button', { name: 'Stop the agent' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop the agent' }).click()
  await expect(computer).toContainText('No agent')
  await computer.getByRole('button', { name: 'Start the agent' }).click()
  await page.clock.runFor(1000)
  await expect(computer).toContainText('Agent running')
})

test('notices and the own name are kept', async ({ page }) => {
  await open(page, { path: '/settings' })
  const notices = group(page, 'Notices')
  await notices.getByRole('button', { name: 'Of every job' }).click()
  await expect(notices.getByRole('button', { name: 'Of every job' })).toHaveAttribute('aria-pressed', 'true')
  await notices.getByRole('textbox', { name: 'My name' }).fill(' lin ')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('g')
  await page.keyboard.press('j')
  await page.keyboard.press('Control+,')
  await expect(notices.getByRole('textbox', { name: 'My name' })).toHaveValue('lin')
  await expect(notices.getByRole('button', { name: 'Of every job' })).toHaveAttribute('aria-pressed', 'true')
})

test('every shortcut and every licence is told', async ({ page }) => {
  await open(page, { path: '/settings' })
  await expect(group(page, 'Shortcuts')).toContainText('Select all that match')
  await expect(group(page, 'Shortcuts')).toContainText('Go to the timeline')
  await expect(group(page, 'About')).toContainText('OFL-1.1')
})

test('without an agent the settings start one', async ({ page }) => {
  await open(page, { fake: 'noagent', path: '/settings' })
  await group(page, 'This computer').getByRole('button', { name: 'Start the agent' }).click()
  await page.clock.runFor(1000)
  await expect(group(page, 'This computer')).toContainText('Agent running')
})

for (const theme of ['light', 'dark', 'contrast']) {
  test(`axe finds nothing in the ${theme} settings, menus and selections`, async ({ page }) => {
    test.slow()
    await open(page, { theme, path: '/settings' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const check = async (place: string) => {
      await page.clock.runFor(500)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map((each) => `${place}: ${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)).toEqual(
        [],
      )
    }
    await page.getByRole('heading', { name: 'About' }).waitFor()
    await check('settings')
    await page.keyboard.press('g')
    await page.keyboard.press('j')
    await page.getByRole('combobox', { name: 'Group' }).click()
    await page.getByRole('option', { name: 'By tag' }).click()
    await page.keyboard.press('j')
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowDown')
    await check('selection')
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menu').waitFor()
    await check('menu')
  })
}
