import type { QueryMistake } from '../types'
import { fixtures } from './fixtures'
import type { FakeJob } from './jobs'

/** What of a made-up job only the world knows. */
export interface Standing {
  running: boolean
  newest: string | null
}

type Test = (job: FakeJob, standing: Standing) => boolean

const TROUBLE = ['failed', 'timed_out', 'lost', 'rejected']
const STATES = [...TROUBLE, 'succeeded', 'killed', 'skipped', 'running', 'paused', 'broken', 'trouble']

const like = (pattern: string, text: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`, 'i').test(text)

function isState(state: string, job: FakeJob, { running, newest }: Standing): boolean {
  if (state === 'running') return running
  if (state === 'paused') return job.paused
  if (state === 'broken') return job.mood === 'broken'
  if (state === 'trouble') return job.mood === 'broken' || TROUBLE.includes(newest ?? '')
  return newest === state
}

/** A job that somebody has to look at. */
export const isTrouble: Test = (job, standing) => isState('trouble', job, standing)

function term(name: string, values: string[]): Test | null {
  const any = (texts: string[]) => texts.some((text) => values.some((value) => like(value, text)))
  switch (name) {
    case 'tag':
      return (job) => any(job.tags)
    case 'project':
      return (job) => any([job.project])
    case 'owner':
      return (job) => any([job.owner])
    case 'starred':
      return (job) => job.starred === (values[0] === 'yes')
    case 'state':
      return values.every((value) => STATES.includes(value))
        ? (job, standing) => values.some((value) => isState(value, job, standing))
        : null
    default:
      return null
  }
}

function word(text: string): Test {
  return (job) =>
    [job.name, job.project, job.owner, job.note, job.command, ...job.tags]
      .join('\n')
      .toLowerCase()
      .includes(text)
}

/** The terms that the tests of the window need; core's own reader knows more. */
export function readFilter(text: string, language: string): { test: Test; mistakes: QueryMistake[] } {
  const tests: Test[] = []
  const mistakes: QueryMistake[] = []
  for (const match of text.matchAll(/(!?)((?:[^\s"]|"[^"]*")+)/g)) {
    const part = match[2]!.replaceAll('"', '').toLowerCase()
    const named = /^(tag|project|owner|state|starred):(.*)$/.exec(part)
    const test = named ? term(named[1]!, named[2]!.split(',').filter(Boolean)) : word(part)
    if (test) tests.push(match[1] ? (job, standing) => !test(job, standing) : test)
    else {
      const known = fixtures.mistakes[part] ?? fixtures.mistakes['state:?']!
      const sentence = language === 'zh-CN' ? known.zh : known.en
      mistakes.push({ start: match.index, end: match.index + match[0].length, sentence })
    }
  }
  return { test: (job, standing) => tests.every((each) => each(job, standing)), mistakes }
}
