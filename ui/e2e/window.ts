import { test as plain, expect, type Page } from '@playwright/test'

export { expect, type Page } from '@playwright/test'

/** Whatever the policy or the program complains about fails the test. */
export const test = plain.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = []
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`))
      await use(complaints)
      expect(complaints).toEqual([])
    },
    { auto: true },
  ],
})

/** What the made-up world starts with: the parameters of `fake.ts`. */
export interface Start {
  fake?: 'empty' | 'many' | 'down' | 'noagent'
  language?: string
  theme?: string
  path?: string
  open?: string
  /** The connection that is shown; this computer when absent. */
  profile?: string
}

const START = new Date('2026-11-21T12:34:56+08:00')

/** Opens the window at a fixed instant, from which time goes on. */
export async function open(page: Page, { path = '/jobs', ...parameters }: Start = {}): Promise<void> {
  await page.clock.install({ time: START })
  const query = new URLSearchParams({ language: 'en', theme: 'light', ...parameters })
  await page.goto('about:blank')
  await page.goto(`/?${query}#${path}`)
  await expect(page.getByRole('banner')).toBeVisible()
}
