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
  groups: async (page) => {
    await page.getByRole('row', { name: /disk-usage/ }).waitFor()
    await page.getByRole('combobox', { name: /^(Group|分组)$/ }).click()
    await page.getByRole('option', { name: /^(By owner|按负责人)$/ }).click()
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    await page.getByRole('grid').focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('t')
    await page.getByRole('textbox', { name: /^(Add|添加)$/ }).fill('checked')
    await page.keyboard.press('Enter')
    await page.getByRole('status', { name: /^(The tags|已修改)/ }).waitFor()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menu').waitFor()
  },
  mistake: async (page) => {
    await page.getByRole('row', { name: /backup-orders/ }).click()
    await page.getByRole('textbox', { name: /^(Filter jobs|筛选任务)$/ }).fill('state:faild tag:night')
    await page.getByRole('alert').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+a')
    await page.getByRole('toolbar').waitFor()
  },
  palette: async (page) => {
    await page.getByRole('row', { name: /disk-usage/ }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('bko')
    await page.getByRole('option', { name: /backup-orders/ }).waitFor()
  },
  settings: async (page) => {
    await page.keyboard.press('Control+,')
    await page
      .getByRole('region', { name: /^(This computer|本机)$/ })
      .getByRole('switch')
      .waitFor()
  },
  overview: async (page) => {
    await page.goto(page.url().replace('#/jobs', '#/overview'))
    await page.getByRole('link', { name: /^(Running|正在运行)/ }).waitFor()
  },
  explain: async (page) => {
    await page.goto(page.url().replace('#/jobs', '#/explain?job=ops/backup-orders'))
    await page.getByRole('heading', { name: 'ops/backup-orders' }).waitFor()
  },
  runs: async (page) => {
    await page.goto(page.url().replace('#/jobs', '#/runs'))
    await page.getByRole('row').nth(5).waitFor()
  },
  query: async (page) => {
    await page.goto(page.url().replace('#/jobs', '#/runs'))
    await page.getByRole('row').nth(5).waitFor()
    await page.getByRole('combobox').fill('state:fialed,l')
    await page.getByRole('option').first().waitFor()
    await page.getByRole('alert').waitFor()
  },
  history: async (page) => {
    await page.getByRole('row', { name: /backup-orders/ }).click()
    await page.getByRole('tab', { name: /^(History|历史)$/ }).click()
    await page.getByRole('button', { name: /^(Compare version|比较版本) 1$/ }).click()
    await page.getByRole('button', { name: /^(Compare version|比较版本) 3$/ }).click()
    await page.getByText('old-command').waitFor()
  },
  ended: async (page) => {
    await page.goto(page.url().replace('#/jobs', '#/runs?q=trigger:retry%20since:30d'))
    await page.getByRole('row').nth(1).click()
    await page.getByRole('tab').first().click()
    await page.getByTestId('log-line').nth(8).waitFor()
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
  for (const theme of ['light', 'dark', 'contrast']) {
    for (const size of sizes) {
      test(`pictures ${language} ${theme} ${size.width}`, async ({ page }) => {
        test.slow()
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
