import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page } from './window'

const grid = (page: Page) => page.getByRole('grid', { name: 'List of nodes' })

test('what ran and will run on a node is two clicks away', async ({ page }) => {
  await open(page, { profile: 'eu-test' })
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Nodes' }).click()
  await grid(page).getByRole('row', { name: /web-1/ }).click()
  const drawer = page.getByRole('complementary', { name: 'web-1' })
  await expect(
    drawer.getByRole('region', { name: 'What will run here' }).getByRole('listitem'),
  ).not.toHaveCount(0)
  await expect(drawer.getByRole('region', { name: 'What ran here' }).getByRole('listitem')).toHaveCount(20)
  await expect(drawer).toContainText('role=web')
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
})

test('nodes are filtered in place, and the keyboard opens one', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes' })
  await expect(grid(page).getByRole('row')).toHaveCount(8)
  await page.keyboard.press('/')
  await page.keyboard.type('role=db')
  await expect(grid(page).getByRole('row')).toHaveCount(3)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'db-1' })).toContainText('billing, data')
})

test('each state is said in a word beside its glyph', async ({ page }) => {
  await open(page, { profile: 'eu-test', path: '/nodes' })
  const row = (name: RegExp) => grid(page).getByRole('row', { name })
  await expect(row(/web-1/)).toContainText('up')
  await expect(row(/web-3/)).toContainText('draining')
  await expect(row(/db-2/)).toContainText('clock suspect')
  await expect(row(/db-2/)).toContainText('+4.2 s')
  await expect(row(/media-1/)).toContainText('gone')
  await expect(page.getByText('1 gone')).toBeVisible()
})

test('a place without agents says what to do', async ({ page }) => {
  await open(page, { fake: 'empty', path: '/nodes' })
  await expect(page.getByText('No agent has ever been here')).toBeVisible()
  await expect(page.getByText('belfry-agent run --config')).toBeVisible()
})

test('stores that are away are said', async ({ page }) => {
  await open(page, { fake: 'down', path: '/nodes' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
})

for (const [language, theme] of [
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const) {
  test(`axe finds nothing on the nodes in ${language}, ${theme}`, async ({ page }) => {
    test.slow()
    await open(page, { language, theme, profile: 'eu-test', path: '/nodes?node=web-1' })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByRole('complementary', { name: 'web-1' }).getByRole('listitem').first().waitFor()
    await page.clock.runFor(500)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  })
}
