import AxeBuilder from '@axe-core/playwright'
import { expect, open, test } from './window'

test('a lane tells its runs, opens its job, and time is moved by keys', async ({ page }) => {
  await open(page)
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  const lane = page.getByRole('button', { name: /^ops\/rotate-logs: \d+ runs/ })
  await expect(lane).toBeVisible()
  const picture = page.getByRole('img', { name: /^Runs over time/ })
  const before = await picture.getAttribute('aria-label')
  await page.keyboard.press('ArrowLeft')
  await expect(picture).not.toHaveAttribute('aria-label', before!)
  await page.getByRole('button', { name: 'Now', exact: true }).click()
  await expect(picture).toHaveAttribute('aria-label', before!)
  await page.keyboard.press('/')
  await page.keyboard.type('rotate')
  await expect(page.getByText('1 lane', { exact: true })).toBeVisible()
  await lane.click()
  await expect(page.getByRole('complementary', { name: 'Job rotate-logs' })).toBeVisible()
})

test('thousands of lanes are scrolled, and starts that pile up come with a proposal', async ({ page }) => {
  await open(page, { fake: 'many', path: '/timeline' })
  await expect(page.getByText('10000 lanes')).toBeVisible()
  await page.getByRole('region', { name: 'Lanes over time' }).evaluate((box) => (box.scrollTop = 28 * 5000))
  await expect(page.getByRole('button', { name: /: \d+ runs/ }).first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Where starts pile up' })).toContainText(
    'With jitter = "10m"',
  )
})

test('a filter without lanes and stores that are away are said', async ({ page }) => {
  await open(page, { path: '/timeline' })
  await page.getByRole('textbox', { name: 'Filter the lanes' }).fill('no such job')
  await expect(page.getByText('No lane is like that.')).toBeVisible()
  await open(page, { fake: 'down', path: '/timeline' })
  await expect(page.getByRole('alert').filter({ hasText: 'The store cannot be reached.' })).toBeVisible()
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`axe finds nothing on the timeline in ${language}, ${theme}`, async ({ page }) => {
    test.slow()
    await open(page, { language, theme, path: '/timeline' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByRole('img').first().waitFor()
    await page.clock.runFor(500)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  })
}
