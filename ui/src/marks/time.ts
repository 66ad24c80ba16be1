import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A phrase of the `time` or `size` words and what fills it. */
export interface Phrase {
  key: string
  params: Record<string, string | number>
}

/** How far `at` is from `now`, in the largest unit that fits. */
export function relativePhrase(at: number, now: number): Phrase {
  const distance = at - now
  const away = Math.abs(distance)
  if (away < SECOND) return { key: 'time.now', params: {} }
  const direction = distance > 0 ? 'in' : 'ago'
  const [unit, size] =
    away < MINUTE ? ['S', SECOND] : away < HOUR ? ['Min', MINUTE] : away < 2 * DAY ? ['H', HOUR] : ['D', DAY]
  return { key: `time.${direction}${unit}`, params: { n: Math.floor(away / (size as number)) } }
}

/** A length of time, with as much of it as people read. */
export function durationPhrase(ms: number): Phrase {
  const two = (value: number) => String(value).padStart(2, '0')
  if (ms < SECOND) return { key: 'time.ms', params: { n: ms } }
  if (ms < MINUTE) return { key: 'time.s', params: { n: (Math.floor(ms / 100) / 10).toFixed(1) } }
  if (ms < HOUR)
    return {
      key: 'time.minS',
      params: { min: Math.floor(ms / MINUTE), s: two(Math.floor((ms % MINUTE) / SECOND)) },
    }
  if (ms < DAY)
    return {
      key: 'time.hMin',
      params: { h: Math.floor(ms / HOUR), min: two(Math.floor((ms % HOUR) / MINUTE)) },
    }
  return { key: 'time.dH', params: { d: Math.floor(ms / DAY), h: Math.floor((ms % DAY) / HOUR) } }
}

/** A length of time in its largest unit alone, for narrow columns. */
export function shortDurationPhrase(ms: number): Phrase {
  if (ms < MINUTE) return durationPhrase(ms)
  const [key, size] = ms < HOUR ? ['time.min', MINUTE] : ms < DAY ? ['time.h', HOUR] : ['time.d', DAY]
  return { key: key as string, params: { n: (Math.floor((ms / (size as number)) * 10) / 10).toFixed(1) } }
}

/** A number of bytes, in the largest unit that fits. */
export function sizePhrase(bytes: number): Phrase {
  const units = ['size.b', 'size.kib', 'size.mib', 'size.gib'] as const
  const power = Math.min(3, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return {
    key: units[power]!,
    params: { n: power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1) },
  }
}

// Making and asking a format is slow, and a list says hundreds of instants: what it answers holds for a quarter of an
// hour, for no zone changes its offset elsewhere.
const QUARTER = 15 * MINUTE
const OFFSETS_MAX = 10_000
const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone || 'UTC', timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}

/** By how much the clocks of `zone` are ahead of UTC at an instant, in milliseconds. */
function offsetMs(at: number, zone: string): number {
  const quarter = Math.floor(at / QUARTER)
  const name = `${zone} ${quarter}`
  const known = offsets.get(name)
  if (known !== undefined) return known
  const part = formatOf(zone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')
  const [, sign, hours, minutes, seconds] = /([+-])(\d+):(\d+)(?::(\d+))?/.exec(part?.value ?? '') ?? []
  const ahead = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND
  if (offsets.size >= OFFSETS_MAX) offsets.clear()
  offsets.set(name, sign === '-' ? -ahead : ahead)
  return offsets.get(name)!
}

/** The offset of `zone` at an instant, for instance `UTC+08:00`. */
export function zoneOffset(at: string, zone: string): string {
  const offset = offsetMs(Date.parse(at), zone)
  const [hours = '', minutes, seconds] = new Date(Math.abs(offset)).toISOString().slice(11, 19).split(':')
  return `UTC${offset < 0 ? '-' : '+'}${hours}:${minutes}${seconds === '00' ? '' : `:${seconds}`}`
}

/** An instant in `zone` with its offset, for instance `2026-11-21 12:03:05 UTC+08:00`. */
export function absoluteTime(at: string, zone: string): string {
  return `${dateTime(at, zone)} ${zoneOffset(at, zone)}`
}

/** The same without its offset: only where the zone stands beside it. */
export function dateTime(at: string, zone: string): string {
  const instant = Date.parse(at)
  return new Date(instant + offsetMs(instant, zone)).toISOString().slice(0, 19).replace('T', ' ')
}

/** The time of day without its offset: only where the zone stands beside it. */
export function timeOfDay(at: string, zone: string): string {
  return dateTime(at, zone).slice(11)
}

const now = ref(Date.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The current instant, renewed each second while somebody looks. */
export function useNow(): ComputedRef<number> {
  if (watchers === 0) {
    now.value = Date.now()
    timer = setInterval(() => (now.value = Date.now()), SECOND)
  }
  watchers += 1
  onScopeDispose(() => {
    watchers -= 1
    if (watchers === 0) clearInterval(timer)
  })
  return computed(() => now.value)
}

/** Says times, lengths and sizes; made once a screen and handed to its rows. */
export type Words = ReturnType<typeof useWords>

/** Says times, lengths and sizes in the window's language. */
export function useWords() {
  const { t } = useI18n()
  const now = useNow()
  const say = ({ key, params }: Phrase) => t(key, params)
  return {
    relative: (at: string) => say(relativePhrase(Date.parse(at), now.value)),
    duration: (ms: number | null) => (ms === null ? t('app.none') : say(durationPhrase(ms))),
    shortDuration: (ms: number | null) => (ms === null ? t('app.none') : say(shortDurationPhrase(ms))),
    size: (bytes: number) => say(sizePhrase(bytes)),
  }
}
