import AxeBuilder from '@axe-core/playwright'
import { expect, open, test } from './window'

test('each figure leads to the list of what it counts', async ({ page }) => {
  await open(page, { path: '', profile: 'eu-test' })
  await expect(page.getByRole('link', { name: 'Nodes offline: 1' })).toContainText('of 7')
  const failed = page.getByRole('link', { name: /^Failed, 24 h: / })
  const count = Number((await failed.getAttribute('aria-label'))!.split(': ')[1])
  expect(count).toBeGreaterThan(0)
  await failed.click()
  await expect(page.getByRole('combobox', { name: 'Query' })).toHaveValue(
    'state:failed,timed_out,lost,rejected since:24h',
  )
  await expect(page.getByText(`Of all ${count}`)).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await page.getByRole('link', { name: 'Nodes offline: 1' }).click()
  await expect(page.getByRole('grid', { name: 'List of nodes' }).getByRole('row')).toHaveCount(2)
})

test('a failure opens its last run, an occurrence to come its explanation', async ({ page }) => {
  await open(page, { path: '/overview' })
  const failures = page.getByRole('list', { name: 'Failures by job and cause, 24 h' })
  await failures
    .getByRole('button', { name: /broken-links/ })
    .first()
    .click()
  await expect(page.getByRole('heading', { name: 'web/broken-links' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('region', { name: 'Next hour' }).getByRole('button').first().click()
  await expect(page.getByRole('region', { name: 'What will happen' })).toContainText('still to come')
})

test('it is live: a run that ends is gone from what runs', async ({ page }) => {
  await open(page, { path: '/overview' })
  const going = page.getByRole('region', { name: 'Running now' })
  await going.getByRole('button', { name: 'Kill the run of sync-photos' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Kill' }).click()
  await page.clock.runFor(4000)
  await expect(going.getByRole('button', { name: 'Kill the run of sync-photos' })).toBeHidden()
})

test('without jobs it shows the ways to the first one', async ({ page }) => {
  await open(page, { path: '', fake: 'empty' })
  await expect(page.getByText('There are no jobs on this computer yet.')).toBeVisible()
})

test('stores that are away are said', async ({ page }) => {
  await open(page, { path: '', fake: 'down' })
  await expect(page.getByRole('alert').filter({ hasText: 'The store cannot be reached.' })).toBeVisible()
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`axe finds nothing on the overview in ${language}, ${theme}`, async ({ page }) => {
    test.slow()
    await open(page, { language, theme, profile: 'eu-test', path: '/overview' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByRole('link', { name: /^(Running|正在运行)/ }).waitFor()
    await page.clock.runFor(500)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  })
}
