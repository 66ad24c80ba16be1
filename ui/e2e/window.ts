import { expect, type Page } from '@playwright/test'

/** What the made-up world starts with: the parameters of `fake.ts`. */
export interface Start {
  fake?: 'empty' | 'many' | 'down' | 'noagent'
  language?: string
  theme?: string
  path?: string
}

const START = new Date('2026-11-21T12:34:56+08:00')

/** Opens the window at a fixed instant; whatever the policy or the program complains about fails the test. */
export async function open(page: Page, { path = '/jobs', ...parameters }: Start = {}): Promise<void> {
  page.removeAllListeners('console')
  page.removeAllListeners('pageerror')
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') throw new Error(message.text())
  })
  page.on('pageerror', (error) => {
    throw error
  })
  await page.clock.install({ time: START })
  const query = new URLSearchParams({ language: 'en', theme: 'light', ...parameters })
  await page.goto(`about:blank`)
  await page.goto(`/?${query}#${path}`)
  await expect(page.getByRole('banner')).toBeVisible()
}
