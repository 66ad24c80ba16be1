import { open, test, type Page } from './window'

const sizes = [
  { width: 1280, height: 800 },
  { width: 960, height: 600 },
]

const screens: Record<string, (page: Page) => Promise<void>> = {
  jobs: async (page) => {
    await page.getByRole('row', { name: /disk-usage/ }).waitFor()
  },
  drawer: async (page) => {
    await page.getByRole('row', { name: /backup-orders/ }).click()
    await page.getByRole('heading', { name: 'backup-orders' }).waitFor()
  },
  runs: async (page) => {
    await page.goto(page.url().replace('#/jobs', '#/runs'))
    await page.getByRole('row').nth(5).waitFor()
  },
  run: async (page) => {
    await page.getByRole('row', { name: /reindex-search/ }).click()
    await page
      .getByRole('complementary')
      .getByRole('button', { name: /^(Log|日志)$/ })
      .click()
    await page.getByTestId('log-line').nth(8).waitFor()
  },
}

for (const language of ['en', 'zh-CN']) {
  for (const theme of ['light', 'dark']) {
    for (const size of sizes) {
      test(`pictures ${language} ${theme} ${size.width}`, async ({ page }) => {
        await page.setViewportSize(size)
        for (const [name, show] of Object.entries(screens)) {
          await open(page, { language, theme })
          await show(page)
          await page.screenshot({
            path: `../target/screens/${name}-${language}-${theme}-${size.width}.png`,
            animations: 'disabled',
          })
        }
      })
    }
  }
}
