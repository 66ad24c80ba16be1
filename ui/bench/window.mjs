// `./dev bench ui`: the design's targets for the window beside what this machine measures. The browser draws in
// software; the backend is the made-up one, so these are the window's own costs.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { framesWhileScrolling, framesWhileTyping, openAt, p95, start, untilSaid } from './browser.mjs'

const FRAMES = 240
const STEP_PX = 600
const LONG_MS = 60_000

function say(what, measured, target) {
  console.log(`${what.padEnd(58)} ${measured.padStart(12)}   target ${target}`)
}

const ms = (value) => `${value.toFixed(1)} ms`

async function log(browser) {
  const page = await openAt(browser, '/jobs', 'usual')
  await page.getByRole('row', { name: /index-everything/ }).click()
  await page.keyboard.press('l')
  const begin = Date.now()
  await page.getByText(/^10\d{4} lines$/).waitFor({ timeout: LONG_MS })
  say('log of 100,000 lines: read and laid out', ms(Date.now() - begin), 'none')
  const scrolled = await framesWhileScrolling(page, '.log', { frames: FRAMES, step: STEP_PX })
  say('log of 100,000 lines: p95 frame while scrolling', ms(p95(scrolled)), '≤ 50 ms')
  await page.keyboard.press('w')
  const wrapped = await framesWhileScrolling(page, '.log', { frames: FRAMES, step: STEP_PX })
  say('log of 100,000 lines, wrapped: p95 frame while scrolling', ms(p95(wrapped)), '≤ 50 ms')
  const texts = [
    'c',
    'co',
    'con',
    'conn',
    'conne',
    'connec',
    'connect',
    'connecte',
    'connected',
    'connected ',
  ]
  const typed = await framesWhileTyping(page, 'input[placeholder="Search the log"]', texts)
  say('log of 100,000 lines: p95 of two frames while typing a search', ms(p95(typed)), '≤ 50 ms')
  await page.close()
}

async function runs(browser) {
  const page = await openAt(browser, '/runs', 'many')
  const grid = page.getByRole('grid', { name: 'List of runs' })
  await grid.waitFor({ timeout: LONG_MS })
  // Every page is read once by going to the end again and again.
  await page.evaluate(async () => {
    const grid = document.querySelector('[role=grid]')
    const settle = () => new Promise((resume) => setTimeout(resume))
    while (Number(grid.getAttribute('aria-rowcount')) <= 100_000) {
      grid.scrollTop = grid.scrollHeight
      await settle()
    }
  })
  const count = Number(await grid.getAttribute('aria-rowcount')) - 1
  const scrolled = await framesWhileScrolling(page, '[role=grid]', { frames: FRAMES, step: STEP_PX })
  say(`list of ${count} runs: p95 frame while scrolling`, ms(p95(scrolled)), '≤ 50 ms')
  await page.close()
}

async function jobs(browser) {
  const begin = Date.now()
  const page = await openAt(browser, '/jobs', 'many')
  await page.getByRole('row').nth(5).waitFor({ timeout: LONG_MS })
  say('window with 10,000 jobs: open until the first rows', ms(Date.now() - begin), '≤ 1500 ms')
  const field = 'input[aria-label="Filter jobs"]'
  const took = []
  for (const text of [
    'backup',
    'web',
    'data',
    'media',
    'ops',
    'billing',
    'health',
    'disk',
    'thumb',
    'links',
  ]) {
    took.push(await untilSaid(page, field, text, '[role=grid] [role=rowgroup]'))
  }
  say('filter of 10,000 jobs: p95 from the key to the rows', ms(p95(took)), '≤ 50 ms')
  await page.close()
}

function size() {
  const dist = new URL('../dist/', import.meta.url)
  const html = readFileSync(new URL('index.html', dist), 'utf8')
  const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1])
  const kb = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length / 1024, 0)
  say('what the window loads at its start, gzipped', `${kb.toFixed(1)} KB`, '≤ 500 KB')
}

size()
const { browser, end } = await start()
try {
  await jobs(browser)
  await runs(browser)
  await log(browser)
} finally {
  await end()
}
