import { expect, open, test, type Page } from './window'

async function openHistory(page: Page): Promise<void> {
  await open(page)
  await page.getByRole('row', { name: /backup-orders/ }).click()
  await page.getByRole('tab', { name: 'History' }).click()
}

const versions = (page: Page) => page.getByRole('list', { name: 'Versions of ops/backup-orders' })

test('who changed it, and back: three clicks', async ({ page }) => {
  await openHistory(page)
  const items = versions(page).getByRole('listitem')
  await expect(items.first()).toContainText('wang@desk')
  await expect(items.first()).toContainText('Script: 1 line changed')
  await expect(items.first()).toContainText('in force')
  await page.getByRole('button', { name: 'Restore version 2' }).click()
  await expect(
    page.getByText('Version 2 of ops/backup-orders is in force again', { exact: true }),
  ).toBeVisible()
  await expect(items.first()).toContainText('restored')
  await expect(items).toHaveCount(4)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(items).toHaveCount(5)
})

test('a version is looked into and any two are compared', async ({ page }) => {
  await openHistory(page)
  await versions(page).getByRole('button', { expanded: false }).first().click()
  await expect(versions(page)).toContainText('-old-command --all')
  await page.getByRole('button', { name: 'Compare version 1' }).click()
  await expect(page.getByText('Choose a second version to compare with version 1.')).toBeVisible()
  await page.getByRole('button', { name: 'Compare version 3' }).click()
  const compared = page.getByRole('region', { name: 'Compare' })
  await expect(compared).toContainText('From version 1 to version 3')
  await expect(compared).toContainText('Schedule')
  await expect(compared).toContainText('Script')
})

test('the history is one key away', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /backup-orders/ }).click()
  await page.keyboard.press('h')
  await expect(versions(page)).toBeVisible()
  await page.keyboard.press('h')
  await expect(page.getByRole('tab', { name: 'Overview' })).toHaveAttribute('aria-selected', 'true')
})

test('what is deleted is one click from the jobs, and comes back', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /purge-cdn/ }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('39 jobs')).toBeVisible()
  await page.getByRole('link', { name: 'Show deleted jobs' }).click()
  const gone = page.getByRole('list', { name: 'Deleted jobs' }).getByRole('listitem')
  await expect(gone).toHaveCount(2)
  await gone.filter({ hasText: 'purge-cdn' }).getByRole('button', { name: 'Restore' }).click()
  await expect(gone).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(page.getByText('40 jobs')).toBeVisible()
})

test('a deleted job is brought back, and then none is deleted', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('deleted')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Deleted jobs' })).toBeVisible()
  await expect(page.getByText('deleted by wang@desk')).toBeVisible()
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByText('No job is deleted.')).toBeVisible()
})

test('stores away: the deleted jobs say so', async ({ page }) => {
  await open(page, { fake: 'down', path: '/jobs/deleted' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
})
