// Debian's Chromium over the built window, as a person's hands would use it, and what its frames took.
import { spawn } from 'node:child_process'
import { chromium } from 'playwright-core'

const PORT = 4185
const ADDRESS = `http://127.0.0.1:${PORT}/`
const WAIT_MS = 20_000

/** Serves `dist/` and opens a browser that draws in software; gives both back to whoever ends them. */
export async function start() {
  const server = spawn(
    'npx',
    ['vite', 'preview', '--host', '127.0.0.1', '--port', String(PORT), '--strictPort'],
    {
      stdio: 'ignore',
      detached: true,
    },
  )
  await answers(ADDRESS)
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  const end = async () => {
    await browser.close()
    process.kill(-server.pid)
  }
  return { browser, end }
}

async function answers(address) {
  const until = Date.now() + WAIT_MS
  while (Date.now() < until) {
    if (
      await fetch(address).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return
    await new Promise((resume) => setTimeout(resume, 100))
  }
  throw new Error(`nothing answers at ${address}: was ui/ built?`)
}

/** A window at a path of the made-up world. */
export async function openAt(browser, path, world) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${ADDRESS}?fake=${world}&language=en&theme=light#${path}`)
  return page
}

/** How long each frame took while an element was scrolled by `step` pixels a frame. */
export function framesWhileScrolling(page, selector, { frames, step }) {
  return page.evaluate(
    async ([selector, frames, step]) => {
      const element = document.querySelector(selector)
      const next = () => new Promise((resume) => requestAnimationFrame(resume))
      // From a third of the way, where nothing is read meanwhile.
      element.scrollTop = element.scrollHeight / 3
      await next()
      const took = []
      let before = await next()
      for (let frame = 0; frame < frames; frame += 1) {
        const room = element.scrollHeight - element.clientHeight
        element.scrollTop = (element.scrollTop + step) % room
        const now = await next()
        took.push(now - before)
        before = now
      }
      return took
    },
    [selector, frames, step],
  )
}

/** From each change of a field's text to the second frame after it: what was typed is drawn then. */
export function framesWhileTyping(page, selector, texts) {
  return page.evaluate(
    async ([selector, texts]) => {
      const input = document.querySelector(selector)
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
      const next = () => new Promise((resume) => requestAnimationFrame(resume))
      const took = []
      for (const text of texts) {
        await next()
        const begin = performance.now()
        set.call(input, text)
        input.dispatchEvent(new Event('input', { bubbles: true }))
        await next()
        await next()
        took.push(performance.now() - begin)
      }
      return took
    },
    [selector, texts],
  )
}

/** From a change of a field's text until `selector` says something else. */
export function untilSaid(page, field, text, selector) {
  return page.evaluate(
    async ([field, text, selector]) => {
      const input = document.querySelector(field)
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
      const said = () => document.querySelector(selector)?.textContent
      const before = said()
      const begin = performance.now()
      set.call(input, text)
      input.dispatchEvent(new Event('input', { bubbles: true }))
      while (said() === before && performance.now() - begin < 5_000)
        await new Promise((resume) => requestAnimationFrame(resume))
      return performance.now() - begin
    },
    [field, text, selector],
  )
}

/** The value below which 95 of 100 lie. */
export function p95(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))]
}
