// Prints what the window loads at its start, gzipped, and fails above the bound.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BOUND_KB = 500
const dist = new URL('../dist/', import.meta.url)
const html = readFileSync(new URL('index.html', dist), 'utf8')
const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1])
const sizes = files.map((file) => [file, gzipSync(readFileSync(new URL(file, dist))).length / 1024])
for (const [file, kb] of sizes) console.log(`${kb.toFixed(1).padStart(7)} KB  ${file}`)
const total = sizes.reduce((sum, [, kb]) => sum + kb, 0)
console.log(`${total.toFixed(1).padStart(7)} KB  gzipped at start (bound ${BOUND_KB} KB)`)
if (/<script(?![^>]*\bsrc=)/.test(html)) throw new Error('an inline script would be refused by the policy')
if (total > BOUND_KB) throw new Error('the bundle is above its bound')
