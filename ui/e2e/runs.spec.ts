import { expect, open, test } from './window'

test('failed runs are one click away and lead to their log', async ({ page }) => {
  await open(page, { path: '/runs' })
  await page.getByRole('button', { name: 'failed' }).click()
  const rows = page.getByRole('grid', { name: 'List of runs' }).getByRole('row')
  await expect(rows.nth(1)).toContainText('failed')
  await expect(page.getByRole('row').filter({ hasText: 'succeeded' })).toHaveCount(0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Log lines' })).toBeVisible()
})

test('scrolling loads more until there is no more', async ({ page }) => {
  await open(page, { path: '/runs' })
  await expect(page.getByText('100 runs shown, scroll for more')).toBeVisible()
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await expect(page.getByText('200 runs shown, scroll for more')).toBeVisible()
})

test('new runs come in above, and the selection stays on its run', async ({ page }) => {
  await open(page, { path: '/runs' })
  await page.keyboard.press('j')
  const first = await page.getByRole('row', { selected: true }).innerText()
  await page.clock.runFor(31_000)
  await expect(page.getByRole('row', { selected: true })).not.toHaveAttribute('aria-rowindex', '2')
  expect(await page.getByRole('row', { selected: true }).innerText()).toBe(first)
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
