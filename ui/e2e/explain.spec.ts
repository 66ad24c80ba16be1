import AxeBuilder from '@axe-core/playwright'
import { expect, open, test } from './window'

test('a run is explained, then the one after it, and by keyboard the one before', async ({ page }) => {
  await open(page, { path: '/runs?q=job:certificates%20since:30d' })
  await page.getByRole('row').nth(1).click()
  await page.keyboard.press('y')
  const title = page.getByRole('region', { name: 'ops/certificates' })
  await expect(title.getByRole('region', { name: 'What happened' })).toContainText('decided it at')
  await expect(page.getByRole('combobox', { name: 'Job' })).toHaveValue('ops/certificates')
  const at = page.getByRole('textbox', { name: 'Instant' })
  const before = await at.inputValue()
  await page.getByRole('button', { name: 'The one after' }).click()
  await expect(at).not.toHaveValue(before)
  await page.getByRole('heading', { name: 'ops/certificates' }).click()
  await page.keyboard.press('k')
  await expect(at).toHaveValue(before)
  await title.getByRole('region', { name: 'Who decided, and when' }).getByRole('button').click()
  await expect(page.getByRole('heading', { name: 'ops/certificates' })).toBeVisible()
  await page.getByRole('button', { name: 'Explain', exact: true }).click()
  await expect(at).toHaveValue(before)
})

test('a run to come is explained from its job: who would take it, and who is left out', async ({ page }) => {
  await open(page, { profile: 'eu-test' })
  await page.getByRole('row', { name: /backup-orders/ }).click()
  await page
    .getByRole('button', { name: /^Explain 2026/ })
    .first()
    .click()
  await expect(page.getByRole('region', { name: 'What will happen' })).toContainText('still to come')
  const candidates = page.getByRole('region', { name: 'Candidates, in order' })
  await expect(candidates.getByRole('listitem').first()).toContainText('1')
  await expect(page.getByRole('region', { name: 'Left out, and why' })).toContainText('it is being drained')
})

test('any job and instant can be asked about', async ({ page }) => {
  await open(page)
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await expect(page.getByText('Which job, and when?')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('ops/disk')
  await expect(page.getByRole('option', { name: 'ops/disk-usage' })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'ops/disk-usage' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Instant' }).fill('soon')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('This is no time')
})

test('stores that are away are said', async ({ page }) => {
  await open(page, { fake: 'down', path: '/explain?job=ops/disk-usage' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`axe finds nothing on explanations in ${language}, ${theme}`, async ({ page }) => {
    test.slow()
    await open(page, { language, theme, profile: 'eu-test', path: '/explain?job=ops/backup-orders' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByRole('heading', { name: 'ops/backup-orders' }).waitFor()
    await page.clock.runFor(500)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  })
}
