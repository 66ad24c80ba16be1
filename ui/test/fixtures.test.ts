import { describe, expect, it } from 'vitest'
import written from '../src/backend/fake/fixtures.json'
import { listJobs, listRuns, showJob } from '../src/backend/fake/lists'
import { FakeWorld } from '../src/backend/fake/world'

const now = Date.parse(written.now)
const world = new FakeWorld('usual', () => now)
const query = {
  text: '',
  language: 'en',
  sort: 'name',
  descending: false,
  group: 'tag',
  offset: 0,
  limit: 100,
} as const
const fields = (value: object) => Object.keys(value).sort()

describe('the made-up world', () => {
  it('has the shapes of what core gives', () => {
    const { JobPage, JobDetail, RunsPage, RunDetail, Preferences } = written.examples
    const page = listJobs(world, query, now)
    const runs = listRuns(world, { job_id: null, states: [], after: null, limit: 5 })
    expect(fields(page)).toEqual(fields(JobPage))
    expect(fields(page.rows[0]!)).toEqual(fields(JobPage.rows[0]!))
    expect(fields(page.heads[0]!)).toEqual(fields(JobPage.heads[0]!))
    expect(fields(showJob(world, world.jobs[0]!, 'en', now))).toEqual(fields(JobDetail))
    expect(fields(runs)).toEqual(fields(RunsPage))
    expect(fields(runs.rows[0]!)).toEqual(fields(RunsPage.rows[0]!))
    expect(fields(world.run(runs.rows[0]!.run_id))).toEqual(fields(RunDetail))
    expect(fields(world.preferences)).toEqual(fields(Preferences))
  })

  it('says of schedules what core says', () => {
    const report = world.jobs.find((job) => job.name === 'yesterday-report')!
    expect(showJob(world, report, 'zh-CN', now).row.schedule_words).toBe('工作日 08:30')
    expect(showJob(world, report, 'en', now).next).toEqual(
      written.next['30 8 * * 1-5 America/New_York'].slice(0, 10),
    )
  })

  it('finds mistakes of a filter as core words them', () => {
    const page = listJobs(world, { ...query, text: 'state:faild', language: 'zh-CN' }, now)
    expect(page.mistakes).toEqual([{ start: 0, end: 11, sentence: written.mistakes['state:faild'].zh }])
  })
})
