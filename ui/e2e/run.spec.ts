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
  await open(page, { path: '/runs?q=state:skipped' })
  await page.getByRole('row').nth(1).click()
  await expect(page.getByText('It never started, so there is no log.')).toBeVisible()
})

test('a run says why it ran, how it ended, and with which definition', async ({ page }) => {
  await open(page, { path: '/runs?q=state:failed%20job:ops/certificates%20since:30d' })
  await page.getByRole('row').nth(1).click()
  await expect(page.getByRole('region', { name: 'How it ended' })).toContainText(
    /The program ended with code \d\./,
  )
  await expect(page.getByRole('region', { name: 'Why it ran' })).toContainText('Its schedule named 2026-11-')
  const definition = page.getByRole('region', { name: 'Definition' })
  await expect(definition).toContainText('Since then 1 field changed: version 3 is in force.')
  await page.keyboard.press('v')
  const dialog = page.getByRole('dialog', { name: 'Version 2 as it ran' })
  await expect(dialog).toContainText('-old-command --all')
  await expect(dialog).toContainText('[[job]]')
})

test('a skipped run says what to do', async ({ page }) => {
  await open(page, { path: '/runs?q=state:skipped%20since:30d' })
  await page.getByRole('row').nth(1).click()
  await expect(page.getByText('It never started: last run still going.')).toBeVisible()
  await expect(page.getByText(/change “overlap” to queue_one/)).toBeVisible()
})

test('lines are chosen, copied and linked by keys', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await openRunning(page)
  await log(page).focus()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('3 lines chosen')).toBeVisible()
  await page.keyboard.press('Control+c')
  await expect(page.getByText('3 lines were copied', { exact: true })).toBeVisible()
  expect((await copied()).split('\n')).toHaveLength(3)
  await page.keyboard.press('c')
  await expect(page.getByText('The link was copied', { exact: true })).toBeVisible()
  expect(await copied()).toMatch(/^belfry:\/\/run\/[0-9a-f-]+\?line=\d+$/)
})

test('a link to a line shows that line', async ({ page }) => {
  await openRunning(page)
  await page.goto(`${page.url()}?line=17`)
  await page.reload()
  await expect(page.locator('.line.chosen .number')).toHaveText('17')
})

test('colours are switched off, and the log is saved', async ({ page }) => {
  await openRunning(page)
  await expect(log(page).locator('.fg-green').first()).toBeVisible()
  await page.keyboard.press('a')
  await expect(log(page).locator('.fg-green')).toHaveCount(0)
  await page.keyboard.press('s')
  await expect(page.getByText(/^\/home\/lin\/Downloads\//)).toBeVisible()
})

test('attempts are tabs, and the arrows go through them', async ({ page }) => {
  await open(page, { path: '/runs?q=trigger:retry%20since:30d' })
  await page.getByRole('row').nth(1).click()
  const tabs = page.getByRole('tab')
  await expect(tabs).toHaveCount(2)
  await expect(tabs.nth(1)).toHaveAttribute('aria-selected', 'true')
  await tabs.nth(1).focus()
  await page.keyboard.press('ArrowLeft')
  await expect(tabs.nth(0)).toHaveAttribute('aria-selected', 'true')
  await expect(tabs.nth(0)).toBeFocused()
})

test('a lost run that holds up its job is released once somebody has said yes', async ({ page }) => {
  await open(page, { path: '/runs?q=state:lost%20since:30d' })
  await page.getByRole('row').nth(1).click()
  await page.getByRole('button', { name: 'Release' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('only if you know that no program of it lives any more')
  await dialog.getByRole('button', { name: 'Release' }).click()
  await expect(page.getByText(/goes on$/).first()).toBeVisible()
})
