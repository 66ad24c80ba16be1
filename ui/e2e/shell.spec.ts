import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page } from './window'

test('the palette finds a job and a command', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Control+k')
  const dialog = page.getByRole('dialog')
  await page.keyboard.type('restore-check')
  await dialog.getByRole('option', { name: /restore-check/ }).click()
  await expect(page.getByRole('complementary', { name: 'Job restore-check' })).toBeVisible()
  await expect(dialog).toHaveCount(0)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('go to the runs')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('grid', { name: 'List of runs' })).toBeVisible()
})

test('g then j and g then r go to the screens', async ({ page }) => {
  await open(page)
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await expect(page.getByRole('grid', { name: 'List of runs' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('j')
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toBeVisible()
})

test('language, colours and rows are switched in the settings', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Dark' }).click()
  await expect(page.locator('html')).toHaveClass(/dark/)
  await page.getByRole('button', { name: 'Comfortable' }).click()
  await expect(page.getByRole('row').nth(1)).toHaveCSS('height', '36px')
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(page.getByRole('grid', { name: '任务列表' })).toBeVisible()
  await expect(page.getByRole('row', { name: /backup-orders/ })).toContainText('每天 03:00')
})

test('the agent is stopped only after a question', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Stop the agent' }).click()
  const dialog = page.getByRole('dialog', { name: 'Stop the agent?' })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Stop the agent' }).click()
  await expect(page.getByText('No agent runs on this computer: jobs do not ring.')).toBeVisible()
})

test('the sheet shows every shortcut', async ({ page }) => {
  await open(page)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Pause or resume')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('the focus goes through the window in its order', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Search jobs and commands' }).focus()
  const names: string[] = []
  for (let step = 0; step < 19; step += 1) {
    await page.keyboard.press('Tab')
    names.push(
      await page.evaluate(
        () =>
          document.activeElement!.getAttribute('aria-label') ?? document.activeElement!.textContent!.trim(),
      ),
    )
  }
  expect(names).toEqual([
    'Keyboard shortcuts',
    'Settings',
    'Overview',
    'Jobs',
    'Runs',
    'Nodes',
    'Timeline',
    'Explain',
    'Connections',
    'Starred',
    'Fold the side bar',
    'Filter jobs',
    'Sort',
    'Group',
    'Save this list',
    'Show deleted jobs',
    'New job',
    '4 in trouble',
    'List of jobs',
  ])
})

const places: Record<string, (page: Page) => Promise<void>> = {
  jobs: async (page) => {
    await page.getByRole('row', { name: /charge-cards/ }).waitFor()
  },
  drawer: async (page) => {
    await page.getByRole('row', { name: /backup-orders/ }).click()
    await page.getByRole('complementary').getByRole('listitem').nth(12).waitFor()
  },
  run: async (page) => {
    await page.keyboard.press('l')
    await page.getByTestId('log-line').nth(5).waitFor()
  },
  runs: async (page) => {
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.getByRole('row').nth(5).waitFor()
  },
  history: async (page) => {
    await page.keyboard.press('g')
    await page.keyboard.press('j')
    await page.getByRole('row', { name: /backup-orders/ }).click()
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('button', { name: 'Restore version 2' }).waitFor()
  },
  sheet: async (page) => {
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
  },
}

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing in the ${theme} window`, async ({ page }) => {
    test.slow()
    await open(page, { theme })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    for (const [place, go] of Object.entries(places)) {
      await go(page)
      await page.clock.runFor(500)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(
        violations.map(
          (each) =>
            `${place}: ${each.id} ${each.nodes[0]?.html.slice(0, 160)} ${each.nodes[0]?.failureSummary?.slice(0, 200)}`,
        ),
      ).toEqual([])
    }
  })

  test(`axe finds nothing in the ${theme} window without jobs, agent or stores`, async ({ page }) => {
    test.slow()
    for (const fake of ['empty', 'noagent', 'down'] as const) {
      await open(page, { theme, fake })
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.getByRole('main').getByRole('button').first().waitFor()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map((each) => `${fake}: ${each.id} ${each.nodes[0]?.html.slice(0, 160)}`)).toEqual([])
    }
  })
}

test('an address that the system opens leads to its screen', async ({ page }) => {
  await open(page)
  const ask = (address: string) =>
    page.evaluate((detail) => window.dispatchEvent(new CustomEvent('belfry-link', { detail })), address)
  await page.getByRole('row', { name: /disk-usage/ }).waitFor()
  await ask('belfry://jobs?filter=backup')
  await expect(page.getByRole('row', { name: /disk-usage/ })).toHaveCount(0)
  await expect(page.getByRole('row', { name: /backup-orders/ })).toBeVisible()
  await ask('belfry://run/nothing')
  await expect(page.getByRole('alert')).toContainText('It is not there any more.')
})
