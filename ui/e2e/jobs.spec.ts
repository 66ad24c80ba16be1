import { expect, test } from '@playwright/test'
import { open } from './window'

const filter = (page: import('@playwright/test').Page) => page.getByRole('textbox', { name: 'Filter jobs' })

test('a job is found, opened and paused by keys alone', async ({ page }) => {
  await open(page)
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toHaveAttribute('aria-rowcount', '41')
  await page.keyboard.press('/')
  await expect(filter(page)).toBeFocused()
  await page.keyboard.type('backup maria')
  await expect(page.getByText('2 of 40')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row', { selected: true })).toContainText('backup-orders')
  await page.keyboard.press('j')
  await expect(page.getByRole('row', { selected: true })).toContainText('restore-check')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('complementary', { name: 'Job backup-orders' })
  await expect(drawer.getByText('pg_dump')).toBeVisible()
  await expect(drawer.getByRole('region', { name: 'Next runs' }).getByRole('listitem')).toHaveCount(10)
  await page.keyboard.press('p')
  await expect(drawer.getByRole('button', { name: 'Resume' })).toBeVisible()
  await expect(page.getByRole('row', { selected: true })).toContainText('paused')
  await page.keyboard.press('j')
  await expect(page.getByRole('complementary', { name: 'Job restore-check' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(page.getByText('40 jobs')).toBeVisible()
})

test('run now is two clicks, and the run appears live', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /purge-cdn/ }).click()
  await page.getByRole('button', { name: 'Run now' }).click()
  await expect(page.getByText('purge-cdn was asked to run', { exact: true })).toBeVisible()
  await page.clock.runFor(600)
  await expect(page.getByRole('row', { name: /purge-cdn/ })).toContainText('running now')
  await page.clock.runFor(3000)
  await expect(page.getByRole('row', { name: /purge-cdn/ })).not.toContainText('running now')
  await expect(page.getByRole('contentinfo')).toContainText('purge-cdn succeeded')
})

test('the switch pauses without opening the job', async ({ page }) => {
  await open(page)
  await page.getByRole('switch', { name: 'charge-cards: on' }).click()
  await expect(page.getByRole('row', { name: /charge-cards/ })).toContainText('paused')
  await expect(page.getByRole('complementary')).toHaveCount(0)
})

test('names, notes and owners from anywhere stay text', async ({ page }) => {
  await open(page)
  page.on('dialog', () => {
    throw new Error('a job ran in the window')
  })
  await page.getByRole('row', { name: /onerror/ }).click()
  const drawer = page.getByRole('complementary')
  await expect(drawer.getByText('<b>bold?</b>')).toBeVisible()
  await expect(drawer.locator('b, i, img, a[href^="https"]')).toHaveCount(0)
  await expect(page.getByRole('row', { name: 'report \\u202Efdp.exe' })).toBeVisible()
})

test('a broken definition says why and cannot be run', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /old-format/ }).click()
  await expect(page.getByRole('alert')).toContainText('run_as is not supported yet')
  await expect(page.getByRole('button', { name: 'Run now' })).toBeDisabled()
})

test('a conflict is said and the job read again', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /charge-cards/ }).click()
  await page.getByRole('button', { name: 'Pause' }).dblclick()
  await expect(page.getByRole('row', { name: /charge-cards/ })).toContainText('paused')
})

test('no jobs: the examples are one click away', async ({ page }) => {
  await open(page, { fake: 'empty' })
  await expect(page.getByText('There are no jobs on this computer yet.')).toBeVisible()
  await expect(page.getByText('belfryctl apply -f jobs.toml')).toBeVisible()
  await page.getByRole('button', { name: 'Add the examples' }).click()
  await expect(page.getByText('3 examples were added', { exact: true })).toBeVisible()
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toHaveAttribute('aria-rowcount', '4')
})

test('nothing matches: the filter is cleared by one button', async ({ page }) => {
  await open(page)
  await filter(page).fill('nothing like it')
  await expect(page.getByText('No job matches “nothing like it”.')).toBeVisible()
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(page.getByText('40 jobs')).toBeVisible()
})

test('stores away: sentence, code, details to copy', async ({ page }) => {
  await open(page, { fake: 'down' })
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('The store cannot be reached.')
  await expect(alert).toContainText('Code unreachable')
  await expect(alert.getByRole('button', { name: 'Copy details' })).toBeVisible()
  await page.clock.runFor(1000)
  await expect(page.getByRole('banner')).toContainText('Not up to date')
})

test('no agent: the banner starts one', async ({ page }) => {
  await open(page, { fake: 'noagent' })
  await expect(page.getByText('No agent runs on this computer: jobs do not ring.')).toBeVisible()
  await page.getByRole('row', { name: /purge-cdn/ }).click()
  await page.getByRole('button', { name: 'Run now' }).click()
  await expect(page.getByText('No agent runs that could do it.', { exact: true })).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: 'Start the agent' }).click()
  await page.clock.runFor(1000)
  await expect(page.getByRole('banner')).toContainText('Agent running')
  await expect(page.getByText('No agent runs on this computer: jobs do not ring.')).toHaveCount(0)
})

test('ten thousand jobs: only the rows in view exist', async ({ page }) => {
  await open(page, { fake: 'many' })
  const grid = page.getByRole('grid', { name: 'List of jobs' })
  await expect(grid).toHaveAttribute('aria-rowcount', '10001')
  await grid.focus()
  await page.keyboard.press('End')
  await expect(page.getByRole('row', { selected: true })).toHaveAttribute('aria-rowindex', '10001')
  await expect(page.getByRole('row', { selected: true })).toContainText('web/')
  expect(await page.getByRole('row').count()).toBeLessThan(60)
})
