import AxeBuilder from '@axe-core/playwright'
import { expect, open, test, type Page, type Start } from './window'

const table = (page: Page) => page.getByRole('table', { name: 'Lines of the crontab' })
const nameOf = (page: Page, line: number) =>
  page.getByRole('textbox', { name: `Name of the job on line ${line}`, exact: true })

/** Opens a file of the made-up world with the key for it. */
async function openFile(page: Page, file: string, start: Start = {}): Promise<void> {
  await open(page, { ...start, open: file })
  await page.getByRole('row').nth(2).or(page.getByRole('main').getByRole('button').first()).first().waitFor()
  await page.keyboard.press('Control+o')
}

test('a new computer begins with its own crontab in two clicks', async ({ page }) => {
  await open(page, { fake: 'empty' })
  await expect(page.getByText('There are no jobs on this computer yet.')).toBeVisible()
  await expect(page.getByRole('main').getByRole('button', { name: 'Add the examples' })).toBeVisible()
  await expect(page.getByRole('main').getByRole('button', { name: 'Open a file…' })).toBeVisible()
  await page.getByRole('button', { name: "Import this computer's crontab (8 lines)" }).click()
  await expect(table(page)).toContainText('at 02:30 every day')
  await expect(table(page)).toContainText('`@reboot` is not a time')
  await expect(table(page)).toContainText('minute: `61` is out of range; use 0 to 59 · column 1')
  await expect(page.getByText('5 new, 0 changed, 0 unchanged, 2 not imported')).toBeVisible()
  await page.getByRole('button', { name: 'Import 5 jobs' }).click()
  await expect(page.getByText('5 jobs were imported', { exact: true })).toBeVisible()
  await expect(page.getByText('2 lines were left out', { exact: true })).toBeVisible()
  await expect(page.getByRole('row', { name: /周报/ })).toBeVisible()
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toHaveAttribute('aria-rowcount', '6')
})

test('lines are left out and named, and a wrong name stands at its field', async ({ page }) => {
  await open(page, { path: '/import' })
  await page.getByRole('checkbox', { name: 'Import line 5' }).click()
  await expect(page.getByRole('button', { name: 'Import 4 jobs' })).toBeEnabled()
  await expect(page.getByRole('row', { name: /rsync/ })).toContainText('left out')
  await nameOf(page, 4).fill('night/backup')
  await nameOf(page, 4).press('Enter')
  await expect(nameOf(page, 4)).toHaveAttribute('aria-invalid', 'true')
  await expect(nameOf(page, 4)).toHaveAccessibleDescription(/names may not have/)
  await expect(page.getByRole('button', { name: 'Import 3 jobs' })).toBeDisabled()
  await nameOf(page, 4).fill('nightly')
  await nameOf(page, 4).press('Enter')
  await expect(nameOf(page, 4)).toHaveAttribute('aria-invalid', 'false')
  await page.getByRole('button', { name: 'Import 4 jobs' }).click()
  await expect(page.getByText('4 jobs were imported', { exact: true })).toBeVisible()
  await page.getByRole('textbox', { name: 'Filter jobs' }).fill('crontab')
  await expect(page.getByText('4 of 44')).toBeVisible()
  await page.goto(page.url().replace('#/jobs', '#/import'))
})

test('a second import of the same crontab has nothing to do', async ({ page }) => {
  await open(page, { path: '/import' })
  await page.getByRole('button', { name: 'Import 5 jobs' }).click()
  await expect(page.getByText('5 jobs were imported', { exact: true })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type("Import this computer's")
  await page.getByRole('option', { name: /Import this computer/ }).click()
  await expect(page.getByText('0 new, 0 changed, 5 unchanged, 2 not imported')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Nothing to import' })).toBeDisabled()
  await expect(page.getByRole('textbox', { name: /Name of the job/ })).toHaveCount(0)
})

test('a computer without a crontab says so', async ({ page }) => {
  await open(page, { fake: 'noagent', path: '/import' })
  await expect(page.getByText('There is no crontab for you on this computer.')).toBeVisible()
  await expect(page.getByRole('main').getByRole('button', { name: 'Open a file…' })).toBeVisible()
})

test('what a crontab says stays text', async ({ page }) => {
  await open(page, { path: '/import' })
  await expect(table(page).getByText('<img src=x onerror=alert(1)>')).toBeVisible()
  await expect(table(page).locator('img')).toHaveCount(0)
})

test('an opened crontab is imported, with a project and a user column of its own', async ({ page }) => {
  await openFile(page, 'crontab')
  await expect(page.getByRole('heading', { name: /crontab-of-lin.txt/ })).toBeVisible()
  await page.getByRole('checkbox', { name: 'Lines name a user' }).click()
  await expect(page.getByRole('checkbox', { name: 'Lines name a user' })).toBeChecked()
  const project = page.getByRole('textbox', { name: 'Project' })
  await project.fill('No Project')
  await project.press('Enter')
  await expect(page.getByRole('alert')).toContainText('The field “project” is not valid')
  await expect(project).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByRole('button', { name: 'Import 5 jobs' })).toBeDisabled()
  await project.fill('home')
  await project.press('Enter')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await page.getByRole('button', { name: 'Import 5 jobs' }).click()
  await expect(page.getByText('5 jobs were imported', { exact: true })).toBeVisible()
})

test('a file of jobs shows what it changes before it is applied', async ({ page }) => {
  await openFile(page, 'jobs')
  const changes = page.getByRole('list', { name: 'What the file changes' })
  await expect(changes).toContainText('ops/archive')
  await expect(changes).toContainText('*/30 * * * * *')
  await expect(changes).toContainText('+df -h')
  await expect(page.getByText('7 jobs are as the file says')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Pause what the file does not have' }).click()
  await expect(changes).toContainText('ops/rotate-logs')
  await page.getByRole('button', { name: 'Apply 3 changes' }).click()
  await expect(page.getByText('3 jobs were changed', { exact: true })).toBeVisible()
  await expect(page.getByRole('grid', { name: 'List of jobs' })).toBeVisible()
})

test('a wrong file is said in Chinese throughout', async ({ page }) => {
  await openFile(page, 'wrong', { language: 'zh-CN' })
  await expect(page.getByText('分钟 61 超出范围：请用 0 到 59。')).toBeVisible()
  await expect(page.getByText('此版本不认识“retrys”：是不是“retries”？')).toBeVisible()
})

test('a wrong file names each mistake with line and key, and cannot be applied', async ({ page }) => {
  await openFile(page, 'wrong')
  const mistakes = page.getByRole('list', { name: 'Mistakes in the file' })
  await expect(mistakes.getByRole('listitem')).toHaveCount(2)
  await expect(mistakes).toContainText('line 9')
  await expect(mistakes).toContainText('did you mean “retries”?')
  await expect(page.getByRole('alert')).toContainText('Nothing of the file can be applied')
  await expect(page.getByRole('button', { name: /^Apply/ })).toHaveCount(0)
})

test('a file that changes nothing says so, and no file too', async ({ page }) => {
  await openFile(page, 'same')
  await expect(page.getByText('Everything is as the file says.')).toBeVisible()
  await open(page, { path: '/apply' })
  await expect(page.getByText('No file is open.')).toBeVisible()
})

test('a dropped file opens, and all jobs leave as a file', async ({ page }) => {
  await open(page, { open: 'jobs' })
  await page.getByRole('row').nth(2).waitFor()
  await page.evaluate(() => window.dispatchEvent(new Event('belfry-drop')))
  await expect(page.getByRole('heading', { name: /jobs.toml/ })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Export all jobs')
  await page.getByRole('option', { name: /Export all jobs/ }).click()
  await expect(page.getByText('39 jobs were written into /home/lin/jobs.toml', { exact: true })).toBeVisible()
})

test('the settings lead to files too', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('group', { name: 'Files' }).getByRole('button', { name: 'Import a crontab' }).click()
  await expect(table(page)).toBeVisible()
  await expect(page.getByRole('group', { name: 'Files' })).toHaveCount(0)
})

test('stores away: the table says why', async ({ page }) => {
  await open(page, { fake: 'down', path: '/import' })
  await expect(page.getByRole('alert')).toContainText('The store cannot be reached.')
})

const places: Record<string, (page: Page, start: Start) => Promise<void>> = {
  start: async (page, start) => {
    await open(page, { ...start, fake: 'empty' })
    await page.getByText('belfryctl apply').waitFor()
  },
  import: async (page, start) => {
    await open(page, { ...start, path: '/import' })
    await page.getByRole('table').waitFor()
    await page.getByRole('checkbox').nth(1).click()
    await page.getByRole('textbox').nth(1).fill('night/backup')
    await page.getByRole('textbox').nth(1).press('Enter')
    await page.locator('[aria-invalid=true]').waitFor()
  },
  apply: async (page, start) => {
    await openFile(page, 'jobs', start)
    await page.getByText('+df -h').waitFor()
  },
  mistakes: async (page, start) => {
    await openFile(page, 'wrong', start)
    await page.getByText('retrys', { exact: true }).waitFor()
  },
}

const sizes = [
  { width: 960, height: 600 },
  { width: 1280, height: 800 },
]

for (const [name, go] of Object.entries(places)) {
  for (const language of ['en', 'zh-CN']) {
    for (const theme of ['light', 'dark']) {
      test(`${name} in ${language}, ${theme}: nothing is clipped and axe finds nothing`, async ({ page }) => {
        await page.emulateMedia({ reducedMotion: 'reduce' })
        for (const size of sizes) {
          await page.setViewportSize(size)
          await go(page, { language, theme })
          const path = `../target/screens/files-${name}-${language}-${theme}-${size.width}.png`
          await page.screenshot({ path, animations: 'disabled' })
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          expect(over, `${name} at ${size.width}`).toBeLessThanOrEqual(0)
        }
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map((each) => `${each.id} ${each.nodes[0]?.html.slice(0, 160)}`)).toEqual([])
      })
    }
  }
}
