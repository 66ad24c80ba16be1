import type { Backend } from '../backend'
import type {
  CrontabImport,
  CrontabLine,
  CrontabRemark,
  CrontabTable,
  FileTable,
  ImportEffect,
  OpenedFile,
  RemarkCode,
} from '../types'
import { jobsText } from './bulk'
import { fakeJobs, type FakeJob } from './jobs'
import { fakeId } from './random'
import { refuse, type FakeWorld } from './world'

type Files = Pick<
  Backend,
  | 'fileOpen'
  | 'fileLook'
  | 'fileApply'
  | 'crontabLines'
  | 'crontabLook'
  | 'crontabImport'
  | 'jobsText'
  | 'jobsSave'
  | 'onFile'
>

const levels: Partial<Record<RemarkCode, CrontabRemark['level']>> = {
  mail: 'warning',
  gap_once: 'warning',
  reboot: 'problem',
  field_range: 'problem',
  other_user: 'problem',
  name_empty: 'problem',
  name_character: 'problem',
}

function remark(
  code: RemarkCode,
  params: Record<string, string> = {},
  column: number | null = null,
): CrontabRemark {
  return { code, level: levels[code] ?? 'note', column, params, sentence: `as core says: ${code}` }
}

type Draft = [text: string, name?: string, words?: { en: string; zh: string }, remarks?: CrontabRemark[]]

const nightly = { en: 'at 02:30 every day', zh: '每天 02:30' }
const drafts: Draft[] = [
  ['PATH=/usr/local/bin:/usr/bin:/bin', undefined, undefined, [remark('variable')]],
  ['MAILTO=lin@example.org', undefined, undefined, [remark('mail')]],
  ['# Dumps every database and keeps a week of them.'],
  ['30 2 * * * /srv/bin/backup.sh --all > /dev/null 2>&1', 'backup', nightly],
  [
    '*/15 * * * * /usr/bin/flock -n /tmp/sync.lock rsync -a /srv/photos/ nas:/photos/',
    'rsync',
    { en: 'every 15 minutes', zh: '每 15 分钟' },
  ],
  [
    '0,30 2 * * * /srv/bin/backup.sh --wal',
    'backup-2',
    { en: 'at 02:00 and 02:30 every day', zh: '每天 02:00、02:30' },
    [remark('gap_once')],
  ],
  ['0 8 * * 1 /srv/bin/周报.sh', '周报', { en: 'at 08:00 on Mondays', zh: '每周一 08:00' }],
  [
    "0 10 * * 1-5 mail -s 'stand-up' team@example.org%In 5 minutes.",
    'mail',
    { en: 'at 10:00 on weekdays', zh: '工作日 10:00' },
    [remark('input')],
  ],
  ['@reboot /srv/bin/tunnel.sh', undefined, undefined, [remark('reboot')]],
  [
    '61 * * * * <img src=x onerror=alert(1)>',
    undefined,
    undefined,
    [remark('field_range', { field: 'minute', item: '61', min: '0', max: '59' }, 1)],
  ],
]

function line(draft: Draft, index: number, ask: CrontabImport, known: ReadonlySet<string>): CrontabLine {
  const [text, made, words, said = []] = draft
  const number = index + 1
  const name = ask.names.find((each) => each.line === number)?.name ?? made
  const remarks = [...said]
  let effect: ImportEffect = known.has(`${ask.project}/${name}`) ? 'same' : 'create'
  if (ask.left_out.includes(number)) effect = 'left_out'
  else if (name === '') remarks.push(remark('name_empty'))
  else if (name?.includes('/')) remarks.push(remark('name_character'))
  if (remarks.some((each) => each.code.startsWith('name_'))) effect = 'refused'
  const isProblem = said.some((each) => each.level === 'problem')
  return {
    number,
    text,
    becomes: words ? 'job' : isProblem ? 'nothing' : text.startsWith('#') ? 'comment' : 'setting',
    remarks,
    job: words
      ? {
          name: name ?? '',
          is_new: effect !== 'same',
          schedule: text.split(' ').slice(0, 5).join(' '),
          schedule_words: ask.language === 'zh-CN' ? words.zh : words.en,
          timezone: 'Asia/Shanghai',
          command: text.split(' ').slice(5).join(' '),
          effect,
          changes: [],
        }
      : null,
  }
}

function table(world: FakeWorld, ask: CrontabImport): CrontabTable {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(ask.project)) {
    refuse('invalid', `could not use "${ask.project}" as a project`, {
      field: 'project',
      reason: 'a plain name',
    })
  }
  const known = new Set(world.jobs.map((job) => `${job.project}/${job.name}`))
  const isEmpty = ask.text === '' || (ask.text === null && world.variant === 'noagent')
  const lines = isEmpty ? [] : drafts.map((draft, index) => line(draft, index, ask, known))
  const count = (effect: ImportEffect) => lines.filter((each) => each.job?.effect === effect).length
  const lost = lines.filter((each) => each.becomes === 'nothing').length
  return {
    remarks: isEmpty
      ? []
      : [
          remark('surroundings', { zone: 'Asia/Shanghai', shell: '/bin/sh', path: '/usr/bin:/bin' }),
          remark('overlap'),
        ],
    lines,
    user_column: ask.user_column ?? false,
    project: ask.project,
    counts: {
      created: count('create'),
      changed: count('change'),
      unchanged: count('same'),
      left_out: count('left_out'),
      refused: count('refused') + lost,
    },
  }
}

function jobOf(row: CrontabLine, project: string, index: number): FakeJob {
  return {
    ...fakeJobs(1)[0]!,
    jobId: fakeId(7, index, row.number),
    index,
    project,
    name: row.job!.name,
    schedule: row.job!.schedule,
    words: { en: row.job!.schedule_words, zh: row.job!.schedule_words },
    command: row.job!.command,
    note: '',
    owner: '',
    tags: ['crontab'],
    everyS: 86_400,
    mood: 'never',
    paused: false,
    generation: 1,
  }
}

/** The files that a person may open in the made-up world: `?open=crontab | jobs | wrong`. */
const shelf: Record<string, OpenedFile> = {
  crontab: { name: 'crontab-of-lin.txt', kind: 'crontab', text: '30 2 * * * /srv/bin/backup.sh\n' },
  jobs: { name: 'jobs.toml', kind: 'definitions', text: '[[job]]\nname = "disk-usage"\n' },
  same: { name: 'same.toml', kind: 'definitions', text: 'same' },
  wrong: { name: 'wrong.toml', kind: 'definitions', text: 'wrong' },
}

function fileTable(text: string, prune: boolean): FileTable {
  if (text === 'same') return { jobs: [], unchanged: 9, errors: [], more_errors: 0 }
  if (text === 'wrong') {
    const at = { item: '[[job]] "backup"' }
    return {
      jobs: [],
      unchanged: 0,
      errors: [
        {
          ...at,
          line: 4,
          path: 'schedule',
          code: 'schedule_field_range',
          params: { field: 'minute', value: '61', min: '0', max: '59' },
          sentence: '`schedule` cannot be used: minute `61`: 61 is out of range; use 0 to 59',
        },
        {
          ...at,
          line: 9,
          path: 'retrys',
          code: 'unknown_field',
          params: { field: 'retrys', suggestion: 'retries' },
          sentence: '`retrys` is nothing that a job has: did you mean `retries`?',
        },
      ],
      more_errors: 0,
    }
  }
  return {
    jobs: [
      { job: 'ops/archive', effect: 'create', changes: [] },
      {
        job: 'ops/disk-usage',
        effect: 'change',
        changes: [
          { path: 'schedule', from: '*/30 * * * * *', to: '*/5 * * * *', detail: [] },
          { path: 'timeout', from: null, to: '1h', detail: [] },
          { path: 'shell.script', from: 'df\nexit', to: 'df -h\nexit', detail: ['-df', '+df -h'] },
        ],
      },
      ...(prune ? [{ job: 'ops/rotate-logs', effect: 'pause' as const, changes: [] }] : []),
    ],
    unchanged: 7,
    errors: [],
    more_errors: 0,
  }
}

/** Files of the made-up world: what is on the shelf is opened, and what is saved goes nowhere. */
export function fakeFiles(
  world: FakeWorld,
  address: URLSearchParams,
  stored: <T>(value: () => T) => Promise<T>,
): Files {
  return {
    fileOpen: async () => shelf[address.get('open') ?? ''] ?? null,
    fileLook: ({ text, prune }) => stored(() => fileTable(text, prune)),
    fileApply: ({ text, prune }) => stored(() => fileTable(text, prune)),
    crontabLines: async () => (world.variant === 'noagent' ? null : 8),
    crontabLook: ({ import: ask }) => stored(() => table(world, ask)),
    crontabImport: ({ import: ask }) =>
      stored(() => {
        const made = table(world, ask)
        const fresh = made.lines.filter((each) => each.job?.effect === 'create')
        world.add(fresh.map((each) => jobOf(each, ask.project, world.jobs.length + each.number)))
        return made
      }),
    jobsText: ({ target }) => stored(() => jobsText(world, target)),
    jobsSave: ({ target }) =>
      stored(() => {
        const { count, left_out } = jobsText(world, target)
        return { path: '/home/lin/jobs.toml', count, left_out }
      }),
    onFile: async (listener) => {
      const drop = () => {
        const file = shelf[address.get('open') ?? '']
        if (file) listener({ file, error: null })
      }
      window.addEventListener('belfry-drop', drop)
      return () => window.removeEventListener('belfry-drop', drop)
    },
  }
}
