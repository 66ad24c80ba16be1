import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page } from './window'

const screen = (page: Page) => page.locator('[data-editor]')
const field = (page: Page, name: string) => page.locator(`[data-field=${name}]`)
const box = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
const script = (page: Page) => page.getByRole('textbox', { name: /^(Script|脚本)$/ })
const schedule = (page: Page) => field(page, 'schedule').getByRole('textbox').first()
const review = (page: Page) => page.getByRole('region', { name: /^(Review|Trial|核对|试运行)$/ })
const save = (page: Page) => screen(page).getByRole('button', { name: /^(Save|保存)$/ })

/** Time goes on until what was typed has been looked through and kept. */
async function settle(page: Page): Promise<void> {
  await page.clock.runFor(600)
}

test('a simple job is made with three keys, typing not counted', async ({ page }) => {
  await open(page)
  await page.keyboard.press('n')
  await expect(box(page, 'Name')).toBeFocused()
  await page.keyboard.type('purge-tmp')
  await page.keyboard.press('Enter')
  await expect(script(page)).toBeFocused()
  await page.keyboard.type('rm -rf /tmp/old')
  await settle(page)
  await expect(page.getByText('at 03:00 every day')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('purge-tmp was saved', { exact: true })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Job purge-tmp' })).toBeVisible()
})

test('an edit shows its difference and what it brings about, and is saved', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /charge-cards/ }).click()
  await page.keyboard.press('e')
  await expect(page.getByRole('heading', { name: 'Edit charge-cards' })).toBeVisible()
  await settle(page)
  await expect(review(page)).toContainText('Nothing is changed yet.')
  await expect(field(page, 'project').getByRole('textbox')).toBeDisabled()
  await schedule(page).fill('30 4 * * *')
  await field(page, 'timeout').getByRole('textbox').fill('30m')
  await settle(page)
  await expect(review(page)).toContainText('0 * * * * → 30 4 * * *')
  await expect(review(page)).toContainText('Time limit')
  await expect(review(page)).toContainText('Will run next 2026-11-22 04:30:00 Asia/Shanghai (UTC+08:00)')
  await expect(review(page).getByRole('listitem')).toHaveCount(10)
  await save(page).click()
  await expect(page.getByRole('complementary', { name: 'Job charge-cards' })).toContainText('30 4 * * *')
})

test('the builder writes what the backend makes of it, and follows the text', async ({ page }) => {
  await open(page, { path: '/jobs/new' })
  const builder = page.getByRole('group', { name: 'Schedule builder' }).first()
  await settle(page)
  await expect(builder.getByRole('button', { name: 'Daily' })).toHaveAttribute('aria-pressed', 'true')
  await builder.getByRole('button', { name: 'Minutes' }).click()
  await expect(schedule(page)).toHaveValue('*/5 * * * *')
  await builder.getByRole('textbox', { name: 'Every' }).fill('7')
  await expect(schedule(page)).toHaveValue('@every 7m')
  await builder.getByRole('textbox', { name: 'Every' }).fill('0')
  await expect(builder).toContainText('Write a whole number, 1 or more.')
  await expect(schedule(page)).toHaveValue('@every 7m')
  await builder.getByRole('button', { name: 'Weekly' }).click()
  await builder.getByRole('button', { name: 'Sat' }).click()
  await expect(schedule(page)).toHaveValue('0 3 * * 1,2,3,4,5,6')
  await schedule(page).fill('15 6 * * *')
  await settle(page)
  await expect(builder.getByRole('button', { name: 'Daily' })).toHaveAttribute('aria-pressed', 'true')
  await expect(builder.getByRole('textbox', { name: 'at', exact: true })).toHaveValue('06:15')
  await schedule(page).fill('1-5 2 * 3 *x y')
  await settle(page)
  await expect(builder.getByRole('button', { name: 'Expression' })).toHaveAttribute('aria-pressed', 'true')
})

for (const [language, name, words] of [
  [
    'en',
    'Name',
    ['Give it a name', 'This is no length of time', 'The minute 61 is out of range: use 0 to 59.'],
  ],
  ['zh-CN', '名称', ['请起个名字', '这不是时长', '分钟 61 超出范围：请用 0 到 59。']],
] as const) {
  test(`every mistake stands at its field in ${language}, and the first has the focus`, async ({ page }) => {
    await open(page, { path: '/jobs/new', language })
    await settle(page)
    await expect(screen(page).locator('.text-error')).toHaveCount(0)
    await schedule(page).fill('61 * * * *')
    await field(page, 'timeout').getByRole('textbox').fill('soon')
    await page.keyboard.press('Control+Enter')
    await expect(box(page, name)).toBeFocused()
    await expect(box(page, name)).toHaveAttribute('aria-invalid', 'true')
    await expect(field(page, 'name')).toContainText(words[0])
    await expect(field(page, 'timeout')).toContainText(words[1])
    await expect(field(page, 'schedule')).toContainText(words[2])
    await expect(script(page)).toHaveAttribute('aria-invalid', 'true')
    await expect(box(page, name)).toHaveAccessibleDescription(new RegExp(words[0]))
    await box(page, name).fill('tidy')
    await settle(page)
    await expect(field(page, 'name').locator('.text-error')).toHaveCount(0)
  })
}

test('two people: both versions side by side, and going on with both', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /ledger-close/ }).click()
  await page.keyboard.press('e')
  await field(page, 'owner').getByRole('combobox').fill('ana')
  await page.clock.runFor(3000)
  await page.keyboard.press('Control+Enter')
  const dialog = page.getByRole('dialog', { name: 'Two versions of this job' })
  await expect(dialog).toContainText('maria@desk changed it 2026-11-21')
  await expect(dialog.getByRole('row', { name: /Owner/ })).toContainText('ana')
  await expect(dialog.getByRole('row', { name: /Note/ })).toContainText('Ask Maria before you change this.')
  await dialog.getByRole('button', { name: 'Go on with both' }).click()
  await expect(field(page, 'owner').getByRole('combobox')).toHaveValue('ana')
  await expect(field(page, 'note').getByRole('textbox')).toHaveValue('Ask Maria before you change this.')
  await save(page).click()
  await expect(page.getByText('ledger-close was saved', { exact: true })).toBeVisible()
})

for (const choice of ['Save mine', 'Take theirs']) {
  test(`two people: ${choice}`, async ({ page }) => {
    await open(page)
    await page.getByRole('row', { name: /ledger-close/ }).click()
    await page.keyboard.press('e')
    await field(page, 'owner').getByRole('combobox').fill('ana')
    await page.clock.runFor(3000)
    await page.keyboard.press('Control+Enter')
    await page.getByRole('dialog').getByRole('button', { name: choice }).click()
    if (choice === 'Save mine') {
      await expect(page.getByText('ledger-close was saved', { exact: true })).toBeVisible()
      return
    }
    await expect(field(page, 'owner').getByRole('combobox')).toHaveValue('sam')
    await expect(field(page, 'note').getByRole('textbox')).toHaveValue('Ask Maria before you change this.')
    await settle(page)
    await expect(review(page)).toContainText('Nothing is changed yet.')
  })
}

test('a job is tried without being saved, and its output comes beside the form', async ({ page }) => {
  await open(page, { path: '/jobs/new' })
  await script(page).click()
  await page.keyboard.type('echo hello')
  await page.keyboard.press('Control+e')
  await page.clock.runFor(1200)
  await expect(review(page)).toContainText('running')
  await expect(review(page).getByTestId('log-line').first()).toBeVisible()
  await page.clock.runFor(4000)
  await expect(review(page)).toContainText('succeeded')
  await review(page).getByRole('button', { name: 'Open the run' }).click()
  await expect(page.getByRole('region', { name: /Run of/ })).toContainText('trial')
  await page.goBack()
  await expect(script(page)).toHaveText('echo hello')
  await expect(page.getByText(/Unsaved changes from/)).toBeVisible()
})

test('a duplicate begins under a name of its own', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /purge-cdn/ }).click()
  await page.getByRole('link', { name: 'Duplicate' }).click()
  await expect(page.getByRole('heading', { name: 'Duplicate of purge-cdn', exact: true })).toBeVisible()
  await expect(box(page, 'Name')).toHaveValue('purge-cdn-copy')
  await save(page).click()
  await expect(page.getByRole('complementary', { name: 'Job purge-cdn-copy' })).toBeVisible()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('40 jobs')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('41 jobs')).toBeVisible()
})

test('nothing typed is lost: a reload, another screen, a store that is away', async ({ page }) => {
  await open(page, { path: '/jobs/new' })
  await box(page, 'Name').fill('half-done')
  await script(page).click()
  await page.keyboard.type('echo half')
  await settle(page)
  await page.reload()
  await expect(box(page, 'Name')).toHaveValue('half-done')
  await expect(page.getByText(/Unsaved changes from \d\d:\d\d are back/)).toBeVisible()
  await page.getByRole('button', { name: 'Go on' }).click()
  await open(page, { path: '/jobs/new', fake: 'down' })
  await expect(box(page, 'Name')).toHaveValue('half-done')
  await expect(page.getByRole('alert').first()).toContainText('The store cannot be reached.')
  await open(page, { path: '/jobs/new' })
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(box(page, 'Name')).toHaveValue('')
  await box(page, 'Name').fill('again')
  await screen(page).getByRole('button', { name: 'Cancel' }).click()
  await expect(
    page.getByText('Your changes are kept: open the editor again to go on.', { exact: true }),
  ).toBeVisible()
})

test('no store and nothing kept: a sentence and another try', async ({ page }) => {
  await open(page, { path: '/jobs/new', fake: 'down' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
})

test('a zone is chosen by a few letters, a variable is added by keys, Escape leaves the field first', async ({
  page,
}) => {
  await open(page, { path: '/jobs/new' })
  await settle(page)
  const zone = field(page, 'timezone').getByRole('combobox')
  await zone.fill('berl')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(zone).toHaveValue('Europe/Berlin')
  await page.getByRole('region', { name: 'What' }).getByText('More').click()
  await page.getByRole('button', { name: 'Add a variable' }).click()
  await page.keyboard.type('LANG')
  await page.keyboard.press('Tab')
  await page.keyboard.type('C.UTF-8')
  await expect(page.getByRole('textbox', { name: 'Value of variable 1' })).toHaveValue('C.UTF-8')
  await page.keyboard.press('Escape')
  await expect(screen(page)).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toBeVisible()
})

test('names from anywhere stay text', async ({ page }) => {
  await open(page)
  await page.getByRole('row', { name: /onerror/ }).click()
  await page.keyboard.press('e')
  await expect(box(page, 'Name')).toHaveValue('<img src=x onerror=alert(1)>')
  await settle(page)
  await expect(screen(page).locator('img, b, i')).toHaveCount(0)
})

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing in the ${theme} editor`, async ({ page }) => {
    test.slow()
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const analyse = async (place: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      const said = violations.map(
        (each) =>
          `${place}: ${each.id} ${each.nodes[0]?.html.slice(0, 200)} ${each.nodes[0]?.failureSummary?.slice(0, 300)}`,
      )
      expect(said).toEqual([])
    }
    await open(page, { path: '/jobs/new', theme })
    await script(page).waitFor()
    await settle(page)
    await page
      .locator('details > summary')
      .evaluateAll((all) => all.forEach((each) => (each as HTMLElement).click()))
    await page.getByRole('button', { name: 'Add a variable' }).click()
    await page.keyboard.press('Control+Enter')
    await settle(page)
    await analyse('mistakes')
    await script(page).click()
    await page.keyboard.type('# a comment\nif true; then echo "$HOME" 42; fi')
    await page.keyboard.press('Control+e')
    await page.clock.runFor(1500)
    await analyse('trial')
    await page.goto('about:blank')
    await open(page, { theme })
    await page.getByRole('row', { name: /ledger-close/ }).click()
    await page.keyboard.press('e')
    await field(page, 'owner').getByRole('combobox').fill('ana')
    await page.clock.runFor(3000)
    await page.keyboard.press('Control+Enter')
    await page.getByRole('dialog').waitFor()
    await page.clock.runFor(500)
    await analyse('conflict')
  })
}

for (const language of ['en', 'zh-CN']) {
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of [
      [1280, 800],
      [960, 600],
    ] as const) {
      test(`pictures of the editor ${language} ${theme} ${width}`, async ({ page }) => {
        await page.setViewportSize({ width, height })
        const shoot = (name: string) =>
          page.screenshot({
            path: `../target/screens/${name}-${language}-${theme}-${width}.png`,
            animations: 'disabled',
          })
        await open(page, { path: '/jobs/new', language, theme })
        await settle(page)
        await shoot('editor-new')
        await page.keyboard.press('Control+Enter')
        await settle(page)
        await shoot('editor-wrong')
        await open(page, { language, theme })
        await page.getByRole('row', { name: /charge-cards/ }).click()
        await page.keyboard.press('e')
        await field(page, 'timezone').getByRole('combobox').fill('Europe/Berlin')
        await schedule(page).fill('0 2 28 * *')
        await settle(page)
        await schedule(page).scrollIntoViewIfNeeded()
        await shoot('editor-edit')
        await page.keyboard.press('Control+e')
        await page.clock.runFor(2500)
        await screen(page)
          .getByRole('heading', { name: /^(About|说明)$/ })
          .scrollIntoViewIfNeeded()
        await shoot('editor-try')
        await open(page, { language, theme })
        await page.getByRole('row', { name: /ledger-close/ }).click()
        await page.keyboard.press('e')
        await field(page, 'owner').getByRole('combobox').fill('ana')
        await page.clock.runFor(3000)
        await page.keyboard.press('Control+Enter')
        await page.getByRole('dialog').waitFor()
        await shoot('editor-conflict')
        // Nothing in the page is wider than it.
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      })
    }
  }
}

test('the nodes that fit are listed while the conditions are typed, and a wrong one is said', async ({
  page,
}) => {
  await open(page, { path: '/jobs/new' })
  const where = page.getByRole('region', { name: 'Where' })
  await where.getByRole('textbox', { name: 'Nodes' }).fill('role=web')
  await expect(where.getByRole('list', { name: 'Nodes' }).getByRole('listitem')).toHaveCount(6)
  await expect(where.getByRole('status')).toContainText('3 nodes can run it')
  await expect(where.getByRole('listitem').filter({ hasText: 'db-1' })).toContainText('its labels do not fit')
  await where.getByRole('textbox', { name: 'Nodes' }).fill('role=')
  await where.getByRole('textbox', { name: 'Nodes' }).blur()
  await expect(where).toContainText('These are no labels of nodes')
  await expect(where.getByRole('switch', { name: 'Stand-in' })).toBeChecked()
})
