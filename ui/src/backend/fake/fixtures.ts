import type { CommandError, Licence, NextLine } from '../types'
import written from './fixtures.json'

/** A sentence in both languages. */
export interface Said {
  en: string
  zh: string
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
  /** The edition of the time zones. */
  zones: string
  licences: Licence[]
}

export const fixtures = written as unknown as Fixtures
