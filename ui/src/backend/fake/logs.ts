import type { LogPage, LogPiece, RunRow } from '../types'
import { seeded } from './random'

const PAGE_BYTES = 256 * 1024
const LINES_PER_PIECE = 64
const paint = (code: string, text: string) => `\u001b[${code}m${text}\u001b[0m`

const ordinary = [
  (n: number) => `${paint('32', 'ok')}    copied batch ${n} (${n * 37} rows)`,
  (n: number) => `${paint('36', 'info')}  connected to ${paint('1', 'db-replica-2')}, lag ${n % 7} ms`,
  (n: number) => `${paint('90', 'debug')} cache miss for key user:${1000 + n}`,
  (n: number) =>
    `${paint('33', 'warn')}  slow query ${200 + (n % 90)} ms: SELECT * FROM orders WHERE id > ${n * 500}`,
  (n: number) => `progress ${'#'.repeat(n % 40)} ${n % 100}%`,
  (n: number) => `处理第 ${n} 批，共 ${n * 12} 条`,
]

const odd = [
  '<img src=x onerror=alert(1)><script>alert(2)</script>',
  `direction \u202Eturned around\u202C and back`,
  paint('48;2;200;30;30;38;5;226', ' loud ') + ' colours of 24 bits and of a palette',
  `a line that does not end: ${'0123456789 '.repeat(60)}`,
  '\ttabs\tare\tkept',
]

const last = [
  paint('1;31', 'error: connection to db-primary:5432 refused'),
  '  at connect (src/store.rs:118)',
  '  at main (src/main.rs:31)',
  'Traceback: see above',
]

function line(n: number, random: () => number): string {
  const pick = random()
  if (pick < 0.02) return odd[n % odd.length]!
  return ordinary[Math.floor(pick * 50) % ordinary.length]!(n)
}

/** The whole made-up output of a run, growing while it runs. */
export class FakeLog {
  private lines: string[] = []
  private readonly random: () => number
  private pieces: LogPiece[] = []
  private total = 0

  constructor(private readonly run: RunRow) {
    this.random = seeded(Date.parse(run.scheduled_at) / 1000 + run.attempt)
  }

  /** Adds `count` lines that arrived at `at`. */
  grow(count: number, at: string): void {
    for (let added = 0; added < count; added += 1) this.lines.push(line(this.lines.length + 1, this.random))
    this.append(this.lines.slice(-count), at, 0)
  }

  /** Writes what a run that ended had written. */
  fill(count: number): void {
    const start = Date.parse(this.run.started_at ?? this.run.scheduled_at)
    const perLine = (this.run.duration_ms ?? 1000) / count
    for (let from = 0; from < count; from += LINES_PER_PIECE) {
      const many = Math.min(LINES_PER_PIECE, count - from)
      this.grow(many, new Date(start + from * perLine).toISOString())
      if (from === LINES_PER_PIECE * 3 && count < 1000) this.drop(48_211)
    }
    if (this.run.state === 'failed') this.append(last, this.run.finished_at ?? this.run.scheduled_at, 0)
  }

  page(offset: number, complete: boolean): LogPage {
    const pieces: LogPiece[] = []
    let bytes = 0
    for (const piece of this.pieces) {
      if (piece.offset < offset) continue
      if (bytes > 0 && bytes + piece.text.length > PAGE_BYTES) break
      pieces.push(piece)
      bytes += piece.text.length
    }
    const end = pieces.at(-1)
    const next = end ? end.offset + end.text.length : offset
    return { pieces, next_offset: next, total: this.total, complete: complete && next >= this.total }
  }

  private drop(bytes: number): void {
    this.total += bytes
    this.append(['output goes on after a gap'], this.run.finished_at ?? this.run.scheduled_at, bytes)
  }

  private append(lines: string[], at: string, dropped: number): void {
    const text = lines.map((each) => `${each}\n`).join('')
    this.pieces.push({ offset: this.total, at, text, dropped_before: dropped })
    this.total += text.length
  }
}
