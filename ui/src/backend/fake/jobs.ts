import { fixtures, type Said } from './fixtures'
import { fakeId } from './random'

/** How the runs of a made-up job tend to end. */
export type Mood =
  'good' | 'flaky' | 'failing' | 'slow' | 'skipping' | 'lost' | 'endless' | 'never' | 'broken'

/** A made-up job: what the rows, the history and the logs are made from. */
export interface FakeJob {
  jobId: string
  index: number
  project: string
  name: string
  schedule: string
  words: Said
  everyS: number
  zone: string
  place: Said
  owner: string
  tags: string[]
  note: string
  command: string
  durationMs: number
  mood: Mood
  paused: boolean
  generation: number
  starred: boolean
}

const every30s = ['*/30 * * * * *', 30] as const
const every5m = ['*/5 * * * *', 300] as const
const hourly = ['0 * * * *', 3600] as const
const nightly = ['0 3 * * *', 86400] as const
const weekdays = ['30 8 * * 1-5', 86400] as const
const monthly = ['0 2 1 * *', 2592000] as const
const manual = ['@manual', 0] as const

type Seed = [
  project: string,
  name: string,
  schedule: readonly [string, number],
  mood: Mood,
  durationMs: number,
  command: string,
  more?: Partial<Pick<FakeJob, 'owner' | 'tags' | 'note' | 'paused' | 'zone' | 'place'>>,
]

const everywhere = fixtures.places.all!
const onWeb = fixtures.places['node web-1']!

const seeds: Seed[] = [
  [
    'ops',
    'disk-usage',
    every30s,
    'good',
    420,
    'df -h --output=target,pcent',
    { tags: ['capacity'], note: 'How full the disks are.', owner: 'lin' },
  ],
  [
    'ops',
    'backup-orders',
    nightly,
    'flaky',
    754_000,
    'pg_dump --format=custom orders | zstd -T2 > /backup/orders.zst',
    {
      tags: ['backup', 'database'],
      owner: 'maria',
      note: 'Restored every Monday by restore-check.\nIf it fails twice in a row, wake the person on duty.',
    },
  ],
  ['ops', 'rotate-logs', hourly, 'good', 2_300, 'logrotate /etc/logrotate.conf', { place: everywhere }],
  [
    'ops',
    'certificates',
    weekdays,
    'failing',
    3_100,
    './check-certificates --warn-days 21',
    { owner: 'lin', tags: ['security'] },
  ],
  [
    'ops',
    'restore-check',
    weekdays,
    'good',
    341_000,
    './restore-check.sh orders',
    { owner: 'maria', tags: ['backup'] },
  ],
  ['ops', 'ntp-offset', every5m, 'good', 180, 'chronyc tracking', { place: everywhere }],
  [
    'ops',
    'reindex-search',
    hourly,
    'endless',
    900_000,
    'cargo run --release --bin reindex -- --all',
    { owner: 'wei', tags: ['search'], place: onWeb },
  ],
  [
    'ops',
    'sync-photos',
    every5m,
    'endless',
    400_000,
    'rclone sync photos: /srv/photos --progress',
    { owner: 'wei' },
  ],
  ['ops', 'scrub-pool', monthly, 'slow', 10_800_000, 'zpool scrub tank', { tags: ['capacity'] }],
  [
    'ops',
    '清理临时文件',
    nightly,
    'good',
    8_000,
    'find /tmp -mtime +7 -delete',
    { note: '删除七天以前的临时文件。', owner: '王芳', zone: 'Asia/Shanghai' },
  ],
  ['billing', 'invoices', monthly, 'good', 95_000, 'python3 -m invoices --month last', { owner: 'maria' }],
  [
    'billing',
    'charge-cards',
    hourly,
    'flaky',
    41_000,
    'python3 -m charge --batch 500',
    { owner: 'maria', tags: ['money'] },
  ],
  [
    'billing',
    'exchange-rates',
    every5m,
    'good',
    700,
    'curl --fail-with-body https://rates.example/latest',
    { tags: ['money'] },
  ],
  ['billing', 'dunning', weekdays, 'skipping', 12_000, 'python3 -m dunning', { paused: true }],
  [
    'billing',
    'ledger-close',
    nightly,
    'slow',
    1_900_000,
    'sqlplus @close.sql',
    { owner: 'sam', tags: ['money', 'night'] },
  ],
  [
    'billing',
    'reconcile-bank-statements-of-all-subsidiaries-including-the-ones-acquired-last-year',
    nightly,
    'good',
    44_000,
    './reconcile',
    { owner: 'sam', note: 'A name as long as names get.' },
  ],
  ['media', 'thumbnails', every5m, 'good', 23_000, 'vips thumbnail', { place: onWeb }],
  [
    'media',
    'transcode',
    hourly,
    'flaky',
    620_000,
    'ffmpeg -i in.mov -c:v libx264 out.mp4',
    { tags: ['gpu'] },
  ],
  ['media', 'purge-cdn', manual, 'good', 1_500, './purge --everything', { owner: 'wei' }],
  [
    'media',
    '<img src=x onerror=alert(1)>',
    hourly,
    'good',
    900,
    'echo "<script>alert(1)</script>"',
    {
      note: '<b>bold?</b> <a href="https://evil.example">click</a>\n</textarea><script>alert(1)</script>',
      owner: '<i>me</i>',
    },
  ],
  [
    'media',
    'report \u202Efdp.exe',
    nightly,
    'good',
    5_000,
    'true',
    { note: 'A name that turns its direction: \u202Eabc\u202C.' },
  ],
  [
    'web',
    'health',
    every30s,
    'good',
    120,
    'curl -fsS http://localhost/health',
    { place: everywhere, tags: ['probe'] },
  ],
  ['web', 'sitemap', hourly, 'good', 6_400, 'node sitemap.js'],
  ['web', 'warm-caches', every5m, 'skipping', 290_000, './warm.sh', { place: onWeb, tags: ['probe'] }],
  ['web', 'broken-links', nightly, 'failing', 180_000, 'linkchecker https://shop.example'],
  ['web', 'import-catalogue', hourly, 'lost', 55_000, 'php artisan catalogue:import', { owner: 'sam' }],
  ['web', 'session-cleanup', every5m, 'good', 340, 'redis-cli --scan --pattern "s:*"'],
  ['web', 'old-format', hourly, 'broken', 0, '', { owner: 'lin' }],
  ['web', 'new-and-never-run', monthly, 'never', 0, 'true', { tags: ['new'] }],
  [
    'web',
    'yesterday-report',
    weekdays,
    'good',
    17_000,
    'node report.js --day yesterday',
    { zone: 'America/New_York', owner: 'ana' },
  ],
  [
    'data',
    'extract',
    hourly,
    'good',
    88_000,
    'meltano run tap-orders target-lake',
    { owner: 'ana', tags: ['lake'] },
  ],
  ['data', 'transform', hourly, 'good', 210_000, 'dbt build', { owner: 'ana', tags: ['lake'] }],
  ['data', 'load', hourly, 'flaky', 61_000, 'python3 load.py', { owner: 'ana', tags: ['lake'] }],
  [
    'data',
    'index-everything',
    nightly,
    'slow',
    2_400_000,
    './index --verbose --everything',
    { owner: 'ana', note: 'Its log has 100,000 lines.' },
  ],
  ['data', 'feature-store', every5m, 'good', 9_800, 'feast materialize-incremental now'],
  ['data', 'anonymise', nightly, 'good', 73_000, 'python3 anonymise.py', { tags: ['privacy', 'night'] }],
  ['data', 'vacuum', nightly, 'slow', 610_000, 'vacuumdb --all --analyze', { tags: ['database', 'night'] }],
  [
    'data',
    '日报汇总',
    weekdays,
    'good',
    31_000,
    'python3 daily.py',
    { owner: '王芳', zone: 'Asia/Shanghai', tags: ['报表'] },
  ],
  ['data', 'train-model', manual, 'slow', 5_200_000, 'torchrun train.py', { tags: ['gpu'] }],
  ['data', 'drift', hourly, 'failing', 15_000, 'python3 drift.py --threshold 0.2'],
]

function fromSeed(seed: Seed, index: number): FakeJob {
  const [project, name, [schedule, everyS], mood, durationMs, command, more = {}] = seed
  return {
    jobId: fakeId(1, index, index),
    index,
    project,
    name,
    schedule,
    words: fixtures.words[schedule]!,
    everyS,
    zone: 'Asia/Shanghai',
    place: fixtures.places.one!,
    owner: '',
    tags: [],
    note: '',
    command,
    durationMs,
    mood,
    paused: false,
    generation: 3,
    starred: index % 11 === 0,
    ...more,
  }
}

/** The forty jobs, or ten thousand that are like them. */
export function fakeJobs(count: number): FakeJob[] {
  return Array.from({ length: count }, (_, index) => {
    const job = fromSeed(seeds[index % seeds.length]!, index)
    if (index >= seeds.length) job.name = `${job.name}-${Math.floor(index / seeds.length)}`
    return job
  })
}

/** How many different jobs there are. */
export const FAKE_JOBS = seeds.length
