import type { CommandError, Licence, NextLine, RunState } from '../types'
import written from './fixtures.json'

/** A sentence in both languages. */
export interface Said {
  en: string
  zh: string
}

/** What core says of an instant: `{at}` stands for times, `node-0`, `first-0` and `others-0` for nodes. */
interface Explaining {
  decided: Record<RunState, Said>
  to_come: Said
  paused: Said
  no_instant: Said
  no_record: Said
  /** With no candidate, one, and several. */
  orders_past: Said[]
  orders: Said[]
  left_out: Said[]
}

/** What the real core says, written by `core/tests/fixtures.rs`: the fake makes none of it up. */
export interface Fixtures {
  /** The instant that previews begin after. */
  now: string
  /** Schedules in words. */
  words: Record<string, Said>
  /** Occurrences after `now`, by `schedule zone`. */
  next: Record<string, NextLine[]>
  /** Where a job runs, in words. */
  places: Record<string, Said>
  /** What cannot be understood of a filter. */
  mistakes: Record<string, Said>
  /** Errors as the commands give them, by code. */
  errors: Record<string, CommandError>
  /** Lines of differences between two definitions. */
  diffs: Record<string, string[]>
  explained: Explaining
  /** The edition of the time zones. */
  zones: string
  licences: Licence[]
}

export const fixtures = written as unknown as Fixtures
