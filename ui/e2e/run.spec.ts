import { expect, open, test, type Page } from './window'

async function openRunning(page: Page): Promise<void> {
  await open(page)
  await page.getByRole('row', { name: /reindex-search/ }).click()
  await page.keyboard.press('l')
  await expect(page.getByRole('heading', { name: 'ops/reindex-search' })).toBeVisible()
}

const log = (page: Page) => page.getByRole('region', { name: 'Log lines' })
const atEnd = (page: Page) =>
  log(page).evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 25)

test('the log follows, stops when somebody scrolls, and goes on', async ({ page }) => {
  await openRunning(page)
  await expect(page.getByText(/^14\d lines$/)).toBeVisible()
  await expect.poll(() => atEnd(page)).toBe(true)
  await page.clock.runFor(10_000)
  await expect(page.getByText(/^18\d lines$/)).toBeVisible()
  await expect.poll(() => atEnd(page)).toBe(true)
  await log(page).hover()
  await page.mouse.wheel(0, -600)
  await expect(page.getByRole('button', { name: 'Follow', exact: true })).toBeVisible()
  await page.clock.runFor(5000)
  await page.getByRole('button', { name: /Not following: 2\d new lines/ }).click()
  await expect(page.getByRole('button', { name: 'Following' })).toBeVisible()
  await expect.poll(() => atEnd(page)).toBe(true)
})

test('a kill is asked for, shown as such, and killed only when confirmed', async ({ page }) => {
  await openRunning(page)
  await page.keyboard.press('x')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Let it run' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Kill' }).click()
  await expect(page.getByText(/Kill asked .*waiting for confirmation/)).toBeVisible()
  await expect(page.getByRole('main').getByText('running', { exact: true })).toBeVisible()
  await expect(page.getByRole('main').getByText('killed', { exact: true })).toHaveCount(0)
  await page.clock.runFor(2000)
  await expect(page.getByRole('main').getByText('killed', { exact: true })).toBeVisible()
  await expect(page.getByText(/waiting for confirmation/)).toHaveCount(0)
})

test('the log is searched by keys, with a count', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /ops\/certificates/ }).click()
  await page.keyboard.press('l')
  await expect(log(page)).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('db-primary')
  await expect(page.getByText('1 of 1')).toBeVisible()
  await expect(page.locator('.found.current')).toHaveText('db-primary')
  await page.getByRole('textbox', { name: 'Search the log' }).fill('no such thing')
  await expect(page.getByText('No match')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('e')
  await expect(log(page).getByText('error: connection to db-primary:5432 refused')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toBeVisible()
})

test('output is text, whatever it says', async ({ page }) => {
  await openRunning(page)
  await page.keyboard.press('/')
  await page.keyboard.type('<img')
  await expect(page.getByText(/^1 of \d+$/)).toBeVisible()
  await expect(log(page).locator('img, script')).toHaveCount(0)
})

test('wrap and times are switched by keys', async ({ page }) => {
  await openRunning(page)
  await page.keyboard.press('w')
  await page.keyboard.press('t')
  await expect(page.getByRole('button', { name: 'Wrap' })).toHaveAttribute('aria-pressed', 'true')
  await expect(
    log(page)
      .getByText(/^\d\d:\d\d:\d\d$/)
      .first(),
  ).toBeVisible()
})

test('a hundred thousand lines: only those in view exist', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /index-everything/ }).click()
  await page.keyboard.press('l')
  await expect(page.getByText(/^10\d{4} lines$|^100000 lines$/)).toBeVisible({ timeout: 15_000 })
  expect(await page.getByTestId('log-line').count()).toBeLessThan(90)
})

test('a run that is not there is said to be gone', async ({ page }) => {
  await open(page, { path: '/runs/nothing' })
  await expect(page.getByRole('alert')).toContainText('It is not there any more.')
})

test('a run that wrote nothing says so', async ({ page }) => {
  await open(page, { path: '/runs?state=skipped' })
  await page.getByRole('row').nth(1).click()
  await expect(page.getByText('It never started, so there is no log.')).toBeVisible()
})
