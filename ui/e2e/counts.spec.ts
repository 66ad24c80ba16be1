import { expect, open, test, type Page } from './window'

/** Somebody at work: each click and each key is counted, what is typed is not. */
class Hands {
  count = 0

  constructor(private readonly page: Page) {}

  async click(target: ReturnType<Page['getByRole']>, options?: { position: { x: number; y: number } }) {
    this.count += 1
    await target.click(options)
  }

  async press(...keys: string[]) {
    for (const key of keys) {
      this.count += 1
      await this.page.keyboard.press(key)
    }
  }

  async type(text: string) {
    await this.page.keyboard.type(text)
  }
}

/** From the home screen to a thing done, in so many clicks or keys at most. */
function reaches(thing: string, most: number, doIt: (page: Page, hands: Hands) => Promise<void>) {
  test(`${thing}: ${most} at most`, async ({ page }) => {
    await open(page, { path: '' })
    const hands = new Hands(page)
    await doIt(page, hands)
    expect(hands.count).toBeLessThanOrEqual(most)
  })
}

reaches('see whether anything is wrong', 0, async (page) => {
  for (const figure of ['Running', 'Failed, 24 h', 'Late or missed, 24 h', 'Nodes offline']) {
    await expect(page.getByRole('link', { name: new RegExp(`^${figure}: \\d`) })).toBeVisible()
  }
  await expect(page.getByRole('list', { name: 'Failures by job and cause, 24 h' })).toBeVisible()
})

reaches('the log of the last failure of a job', 2, async (page, hands) => {
  await hands.click(page.getByRole('button', { name: /^failed web\/broken-links/ }).first())
  await expect(page.getByRole('heading', { name: 'web/broken-links' })).toBeVisible()
  await expect(page.getByRole('main').getByText('failed', { exact: true }).first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Log lines' })).toBeVisible()
})

reaches('run now', 2, async (page, hands) => {
  await hands.press('Control+k')
  await hands.type('run purge-cdn')
  await expect(page.getByRole('option', { name: /Run purge-cdn/ })).toBeVisible()
  await hands.press('Enter')
  await expect(page.getByText('purge-cdn was asked to run', { exact: true })).toBeVisible()
})

reaches('kill', 2, async (page, hands) => {
  await hands.click(page.getByRole('button', { name: 'Kill the run of sync-photos' }))
  await hands.click(page.getByRole('dialog').getByRole('button', { name: 'Kill' }))
  await page.clock.runFor(2000)
  await expect(page.getByRole('button', { name: 'Kill the run of sync-photos' })).toBeHidden()
})

reaches('pause', 2, async (page, hands) => {
  await hands.click(page.getByRole('navigation').getByRole('link', { name: 'Jobs' }))
  await hands.click(page.getByRole('switch', { name: 'charge-cards: on' }))
  await expect(page.getByRole('row', { name: /charge-cards/ })).toContainText('paused')
})

test('pause 50 jobs of a tag: 4 at most', async ({ page }) => {
  await open(page, { fake: 'many', path: '' })
  const hands = new Hands(page)
  await hands.press('/')
  await expect(page.getByRole('textbox', { name: 'Filter jobs' })).toBeFocused()
  await hands.type('tag:night anonymise-1')
  await hands.press('Enter', 'Control+a', 'p')
  await page.clock.runFor(2000)
  await expect(page.getByText(/\d+ jobs were paused/)).toBeVisible()
  const said = await page.getByText(/\d+ jobs were paused/).innerText()
  expect(Number.parseInt(said)).toBeGreaterThanOrEqual(50)
  expect(hands.count).toBeLessThanOrEqual(4)
})

reaches('run tonight’s failures again', 3, async (page, hands) => {
  await hands.click(page.getByRole('button', { name: 'Jobs in trouble' }))
  await expect(page.getByRole('button', { name: '4 in trouble' })).toBeVisible()
  await hands.press('Control+a', 'r')
  await expect(page.getByText('3 jobs were asked to run')).toBeVisible()
  await expect(page.getByText('1 could not be changed')).toBeVisible()
})

reaches('make a simple job: its name, what it runs, when', 4, async (page, hands) => {
  await hands.press('n')
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
  await hands.type('purge-tmp')
  await hands.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Script' })).toBeFocused()
  await hands.type('find /tmp -mtime +7 -delete')
  await hands.click(page.locator('[data-field=schedule]').getByRole('textbox').first())
  await hands.type('30 4 * * *')
  await page.clock.runFor(600)
  await hands.press('Control+Enter')
  await expect(page.getByText('purge-tmp was saved', { exact: true })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Job purge-tmp' })).toContainText('30 4 * * *')
})

test('see the next runs before saving: 0 at most', async ({ page }) => {
  await open(page, { path: '' })
  await page.keyboard.press('n')
  await page.clock.runFor(600)
  await expect(page.getByRole('region', { name: 'Next 10 runs' }).getByRole('listitem')).toHaveCount(10)
})

reaches('see who changed a job, and restore what was before', 3, async (page, hands) => {
  await hands.press('Control+k')
  await hands.type('history backup-orders')
  await expect(page.getByRole('option', { name: /History of backup-orders/ })).toBeVisible()
  await hands.press('Enter')
  const versions = page.getByRole('list', { name: 'Versions of ops/backup-orders' })
  await expect(versions.getByRole('listitem').first()).toContainText('wang@desk')
  await hands.click(page.getByRole('button', { name: 'Restore version 2' }))
  await expect(versions.getByRole('listitem').first()).toContainText('restored')
})

reaches('see what ran on a node', 2, async (page, hands) => {
  await hands.click(page.getByRole('navigation').getByRole('link', { name: 'Runs' }))
  await hands.click(page.getByRole('button', { name: /^this-computer/ }))
  await expect(page.getByRole('combobox', { name: 'Query' })).toHaveValue(/node:this-computer/)
})

reaches('begin a new job from a run', 2, async (page, hands) => {
  await hands.click(page.getByRole('navigation').getByRole('link', { name: 'Runs' }))
  await hands.press('Control+n')
  await expect(page.getByRole('heading', { name: 'New job' })).toBeVisible()
})
