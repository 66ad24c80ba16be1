import { expect, open, test, type Page } from './window'

const bar = (page: Page) => page.getByRole('combobox', { name: 'Query over runs' })
const rows = (page: Page) => page.getByRole('grid', { name: 'List of runs' }).getByRole('row')

test('failed runs are one click away and lead to their log', async ({ page }) => {
  await open(page, { path: '/runs' })
  await page
    .getByRole('group', { name: 'By state' })
    .getByRole('button', { name: /^failed/ })
    .click()
  await expect(bar(page)).toHaveValue('state:failed')
  await expect(rows(page).nth(1)).toContainText('failed')
  await expect(page.getByRole('row').filter({ hasText: 'succeeded' })).toHaveCount(0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Log lines' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(bar(page)).toHaveValue('state:failed')
})

test('a query is written by keys alone, with what may stand next', async ({ page }) => {
  await open(page, { path: '/runs' })
  await expect(rows(page).nth(5)).toBeVisible()
  await page.keyboard.press('/')
  await expect(bar(page)).toBeFocused()
  await page.keyboard.type('st')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(bar(page)).toHaveValue('state:')
  await page.keyboard.type('fail')
  await expect(page.getByRole('option', { name: 'failed' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(bar(page)).toHaveValue('state:failed ')
  await page.keyboard.type('job:web/*')
  await page.keyboard.press('Enter')
  await expect(rows(page).nth(1)).toContainText('failed')
  await expect(rows(page).nth(1)).toContainText('web/')
  await expect(page.getByRole('row', { selected: true })).toHaveAttribute('aria-rowindex', '2')
})

test('a mistake is marked in its place and put right by one click', async ({ page }) => {
  await open(page, { path: '/runs' })
  await expect(rows(page).nth(5)).toBeVisible()
  await bar(page).fill('state:fialed')
  await expect(page.getByRole('alert')).toContainText('“fialed” is no state.')
  await expect(bar(page)).toHaveAttribute('aria-invalid', 'true')
  await expect(page.locator('.wrong')).toHaveText('fialed')
  await page.getByRole('button', { name: 'Write failed' }).click()
  await expect(bar(page)).toHaveValue('state:failed')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(rows(page).nth(1)).toContainText('failed')
})

test('counts narrow the list and widen it again', async ({ page }) => {
  await open(page, { path: '/runs?state=failed' })
  const counts = page.getByRole('region', { name: 'Counts of these runs' })
  await counts.getByRole('group', { name: 'By job' }).getByRole('button').first().click()
  await expect(bar(page)).toHaveValue(/^state:failed job:\S+$/)
  await counts.getByRole('group', { name: 'By job' }).getByRole('button', { pressed: true }).click()
  await expect(bar(page)).toHaveValue('state:failed')
})

test('scrolling loads more until there is no more', async ({ page }) => {
  await open(page, { path: '/runs?q=since:30d' })
  await expect(page.getByText('200 runs shown, scroll for more')).toBeVisible()
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await expect(page.getByText('400 runs shown, scroll for more')).toBeVisible()
})

test('new runs come in above, and the selection stays on its run', async ({ page }) => {
  await open(page, { path: '/runs' })
  await expect(rows(page).nth(5)).toBeVisible()
  await page.keyboard.press('j')
  const first = await page.getByRole('row', { selected: true }).innerText()
  await page.clock.runFor(31_000)
  await expect(page.getByRole('row', { selected: true })).not.toHaveAttribute('aria-rowindex', '2')
  expect(await page.getByRole('row', { selected: true }).innerText()).toBe(first)
})

test('whoever reads further down is not moved: new runs wait', async ({ page }) => {
  await open(page, { path: '/runs' })
  const grid = page.getByRole('grid', { name: 'List of runs' })
  await expect(rows(page).nth(5)).toBeVisible()
  await grid.evaluate((element) => (element.scrollTop = 400))
  await page.clock.runFor(31_000)
  const fresh = page.getByRole('button', { name: /^\d+ new runs?$/ })
  await expect(fresh).toBeVisible()
  expect(await grid.evaluate((element) => element.scrollTop)).toBe(400)
  await fresh.click()
  await expect(fresh).toHaveCount(0)
  expect(await grid.evaluate((element) => element.scrollTop)).toBe(0)
})

test('a run is started again from the list', async ({ page }) => {
  await open(page, { path: '/runs?q=job:purge-cdn' })
  await expect(rows(page).nth(1)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('r')
  await expect(page.getByText('purge-cdn was asked to run', { exact: true })).toBeVisible()
})

test('nothing like it: a longer time is one click away, a wrong name is named', async ({ page }) => {
  await open(page, { path: '/runs' })
  await bar(page).fill('state:timed_out job:disk-usage')
  await expect(page.getByText('No run of the last 24 hours is like that.')).toBeVisible()
  await page.getByRole('button', { name: 'Look through 30 days' }).click()
  await expect(bar(page)).toHaveValue('state:timed_out job:disk-usage since:30d')
  await bar(page).fill('job:nobody')
  await expect(page.getByText('No job is called “nobody”.')).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: 'Clear the query' }).last().click()
  await expect(rows(page).nth(5)).toBeVisible()
})

test('nothing has run yet: the way to the jobs', async ({ page }) => {
  await open(page, { fake: 'empty', path: '/runs' })
  await expect(page.getByText('Nothing has run yet')).toBeVisible()
  await page.getByRole('main').getByRole('link', { name: 'Go to the jobs' }).click()
  await expect(page.getByText('There are no jobs on this computer yet.')).toBeVisible()
})

test('stores away: the list of runs says so', async ({ page }) => {
  await open(page, { fake: 'down', path: '/runs' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
})
