import { carriedColours, shownText } from './ansi'
import { errorWeight } from './firstError'

const LINE_CHARS_MAX = 4000

/** A line of a log, or the place where bytes were dropped. */
export interface LogLine {
  /** From 1, over the lines that are there. */
  number: number
  at: string | null
  /** With its escape sequences and those that were on before it. */
  raw: string
  /** As it is shown. */
  text: string
  /** Bytes that are missing here; the line has no text then. */
  dropped: number
}

/** Text that arrived together. */
export interface LogText {
  at: string | null
  text: string
  dropped_before: number
}

/** The lines of a log that only grows. Not reactive: a hundred thousand lines are no state. */
export class LogLines {
  readonly lines: LogLine[] = []
  /** Characters of the longest line. */
  widest = 0
  private firstPlain = -1
  private firstHint = -1
  private carried = ''
  private open = false
  private count = 0

  append(piece: LogText): void {
    if (piece.dropped_before > 0) this.gap(piece)
    if (!piece.text) return
    const parts = piece.text.split('\n')
    const ends = parts.at(-1) === ''
    if (ends) parts.pop()
    parts.forEach((part, index) => this.part(part, piece.at, index < parts.length - 1 || ends))
  }

  /** The first line that says an error, else the first that speaks of one; -1 if none does. */
  get firstError(): number {
    return this.firstPlain >= 0 ? this.firstPlain : this.firstHint
  }

  private weigh(text: string): void {
    if (this.firstPlain >= 0) return
    const weight = errorWeight(text)
    if (weight === 2) this.firstPlain = this.lines.length - 1
    else if (weight === 1 && this.firstHint < 0) this.firstHint = this.lines.length - 1
  }

  private gap(piece: LogText): void {
    this.lines.push({ number: 0, at: piece.at, raw: '', text: '', dropped: piece.dropped_before })
    this.open = false
    this.carried = ''
  }

  private part(part: string, at: string | null, ended: boolean): void {
    const last = this.open ? this.lines.pop() : undefined
    if (last) this.count -= 1
    const whole = (last ? last.raw : this.carried) + part
    // A program that returns to the start of its line writes over it.
    const raw = whole.replace(/\r$/, '').replace(/^.*\r/s, '')
    this.put(raw, last ? last.at : at)
    this.open = !ended
    if (ended) this.carried = carriedColours('', whole)
  }

  private put(raw: string, at: string | null): void {
    for (let from = 0; from === 0 || from < raw.length; from += LINE_CHARS_MAX) {
      const part = raw.length > LINE_CHARS_MAX ? raw.slice(from, from + LINE_CHARS_MAX) : raw
      const text = shownText(part)
      this.count += 1
      this.widest = Math.max(this.widest, text.length)
      this.lines.push({ number: this.count, at, raw: part, text, dropped: 0 })
      this.weigh(text)
    }
  }
}
