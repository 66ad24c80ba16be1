import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { commandError, useBackend } from '../../backend/backend'
import type { CommandError, Live, RunRow, RunsFacets, RunsFound } from '../../backend/types'

const PAGE_ROWS = 200
const TYPED_MS = 150
const FRESH_EVERY_MS = 400
const COUNTED_EVERY_MS = 3_000

export const rowKey = (row: { run_id: string; attempt: number }) => `${row.run_id}/${row.attempt}`

/** Newest first, as pages are: by instant, then run, then attempt. */
export function compareRows(a: RunRow, b: RunRow): number {
  if (a.scheduled_at !== b.scheduled_at) return a.scheduled_at > b.scheduled_at ? -1 : 1
  if (a.run_id !== b.run_id) return a.run_id > b.run_id ? -1 : 1
  return b.attempt - a.attempt
}

/** The first place whose row comes after `row` or is it: of a hundred thousand rows few are looked at. */
function placeOf(rows: readonly RunRow[], row: RunRow): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareRows(rows[middle]!, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Where a row stands; -1 if it is not there. */
export function indexOfRow(rows: readonly RunRow[], row: RunRow): number {
  const place = placeOf(rows, row)
  return rows[place] && compareRows(rows[place], row) === 0 ? place : -1
}

/**
 * The rows read so far with their beginning read anew. `isWhole` says that nothing comes after the new beginning.
 * Rows that it should have and has not are gone from the list.
 */
export function withHead(rows: readonly RunRow[], head: readonly RunRow[], isWhole: boolean): RunRow[] {
  const end = head.at(-1)
  if (isWhole || !end) return [...head]
  const place = placeOf(rows, end)
  const isThere = rows[place] !== undefined && compareRows(rows[place], end) === 0
  return [...head, ...rows.slice(isThere ? place + 1 : place)]
}

/** How many rows of a new beginning are not in the list yet. */
export function freshRows(rows: readonly RunRow[], head: readonly RunRow[]): number {
  return head.filter((row) => indexOfRow(rows, row) < 0).length
}

/** The rows with those replaced that have changed; the same list if none is in it. */
export function withChanged(rows: readonly RunRow[], changed: readonly RunRow[]): readonly RunRow[] {
  const places = changed.map((row) => [indexOfRow(rows, row), row] as const).filter(([place]) => place >= 0)
  if (!places.length) return rows
  const next = [...rows]
  for (const [place, row] of places) next[place] = row
  return next
}

/** Calls at once, and then at most every `every` ms; the last wish is never lost. */
function throttled(action: () => void, every: () => number) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let wished = false
  const fire = () => {
    wished = false
    action()
    timer = setTimeout(() => {
      timer = undefined
      if (wished) fire()
    }, every())
  }
  return {
    call: () => (timer === undefined ? fire() : void (wished = true)),
    stop: () => clearTimeout(timer),
  }
}

/** The runs that a query finds, page by page, live at the top without moving what somebody reads. */
export function useRunsList(text: Ref<string>, language: Ref<string>) {
  const backend = useBackend()
  const rows = shallowRef<readonly RunRow[]>([])
  const found = shallowRef<RunsFound | null>(null)
  const facets = shallowRef<RunsFacets | null>(null)
  /** Grows when rows come, go or move, but not when they change where they stand. */
  const order = ref(0)
  const error = ref<CommandError | null>(null)
  const pending = ref(true)
  const reading = ref(false)
  const next = ref<string | null>(null)
  const fresh = ref(0)
  const lastChanged = shallowRef<readonly RunRow[]>([])
  /** Whether somebody looks at the beginning: only then rows come in above. */
  const isAtTop = ref(true)
  let head: RunsFound | null = null
  // Counts the queries: an answer to an earlier one is dropped.
  let asked = 0

  const searchOf = (after: string | null) => ({
    text: text.value,
    language: language.value,
    after,
    limit: PAGE_ROWS,
  })

  async function begin(): Promise<void> {
    const mine = (asked += 1)
    try {
      const answer = await backend.runsSearch({ search: searchOf(null) })
      if (mine !== asked) return
      found.value = answer
      error.value = null
      // Of a query with mistakes nothing is found: what was found before stays.
      if (!answer.mistakes.length) {
        rows.value = answer.rows
        order.value += 1
        next.value = answer.next
        fresh.value = 0
        head = null
      }
    } catch (thrown) {
      if (mine === asked) error.value = commandError(thrown)
    }
    if (mine === asked) pending.value = false
  }

  async function more(): Promise<void> {
    if (reading.value || next.value === null) return
    reading.value = true
    const mine = asked
    try {
      const answer = await backend.runsSearch({ search: searchOf(next.value) })
      if (mine !== asked) return
      const known = new Set(rows.value.slice(-PAGE_ROWS).map(rowKey))
      rows.value = [...rows.value, ...answer.rows.filter((row) => !known.has(rowKey(row)))]
      order.value += 1
      next.value = answer.next
    } catch {
      // The list keeps its end: scrolling on asks again.
    } finally {
      reading.value = false
    }
  }

  async function readHead(): Promise<void> {
    const mine = asked
    if (found.value?.mistakes.length) return
    try {
      const answer = await backend.runsSearch({ search: searchOf(null) })
      if (mine !== asked) return
      head = answer
      if (isAtTop.value) takeHead()
      else fresh.value = freshRows(rows.value, answer.rows)
    } catch {
      // The stores' trouble is told by the window itself.
    }
  }

  /** Lets what is new come in at the top. */
  function takeHead(): void {
    if (!head) return
    const isFirst = rows.value.length === 0
    rows.value = withHead(rows.value, head.rows, head.next === null)
    order.value += 1
    if (isFirst || head.next === null) next.value = head.next
    head = null
    fresh.value = 0
  }

  async function count(): Promise<void> {
    const mine = asked
    if (found.value?.mistakes.length) return
    try {
      const answer = await backend.runsFacets({ search: searchOf(null) })
      if (mine === asked) facets.value = answer
    } catch {
      facets.value = null
    }
  }

  const freshen = throttled(
    () => void readHead(),
    () => FRESH_EVERY_MS,
  )
  const recount = throttled(
    () => void count(),
    () => COUNTED_EVERY_MS,
  )

  function onLive(live: Live): void {
    if (!live.runs.length) return
    rows.value = withChanged(rows.value, live.runs)
    lastChanged.value = live.runs
    freshen.call()
    recount.call()
  }

  let typed: ReturnType<typeof setTimeout> | undefined
  watch(
    [text, language],
    () => {
      clearTimeout(typed)
      typed = setTimeout(() => void begin().then(count), TYPED_MS)
    },
    { flush: 'sync' },
  )
  watch(isAtTop, (now) => now && takeHead())
  void begin().then(count)
  const listening = backend.onLive(onLive)
  onScopeDispose(() => {
    asked += 1
    clearTimeout(typed)
    freshen.stop()
    recount.stop()
    void listening.then((stop) => stop())
  })

  return {
    rows,
    order,
    found,
    facets,
    error,
    pending,
    fresh,
    isAtTop,
    lastChanged,
    hasMore: computed(() => next.value !== null),
    mistakes: computed(() => found.value?.mistakes ?? []),
    more,
    takeHead,
    retry: () => void begin().then(count),
  }
}
