import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { commandError, useBackend } from '../../backend/backend'
import type { CommandError } from '../../backend/types'
import { LogLines } from '../../components/log'
import { useLive } from '../../stores/live'

const FOLLOW_EVERY_MS = 10_000
const READ_EVERY_MS = 1_000

/** Which log is shown, and whether its run still writes. */
export interface LogSource {
  runId: string
  attempt: number
  started: boolean
  over: boolean
}

/** Reads a log from its beginning and, while its run goes on, what is added to it. */
export function useRunLog(source: Ref<LogSource | null>) {
  const backend = useBackend()
  const live = useLive()
  const log = shallowRef(new LogLines())
  const version = ref(0)
  const loaded = ref(false)
  const error = ref<CommandError | null>(null)
  let offset = 0
  let reading = false
  // Counts the logs that were shown: an answer for an earlier one is dropped.
  let shown = 0

  /** Reads from `from` to the present end into `lines`; null when another log is shown meanwhile. */
  async function readInto(lines: LogLines, from: number, each: () => void): Promise<number | null> {
    const mine = shown
    let at = from
    for (;;) {
      const { runId, attempt } = source.value!
      const page = await backend.runLog({ runId, attempt, offset: at })
      if (mine !== shown) return null
      page.pieces.forEach((piece) => lines.append(piece))
      if (page.next_offset <= at) return at
      at = page.next_offset
      each()
      if (page.complete || at >= page.total) return at
    }
  }

  async function read(): Promise<void> {
    if (reading || !source.value?.started) return
    reading = true
    const mine = shown
    try {
      offset = (await readInto(log.value, offset, () => (version.value += 1))) ?? offset
      error.value = null
    } catch (thrown) {
      if (mine === shown) error.value = commandError(thrown)
    }
    if (mine === shown) {
      reading = false
      loaded.value = true
    }
  }

  function begin(): void {
    shown += 1
    offset = 0
    reading = false
    loaded.value = false
    log.value = new LogLines()
    version.value += 1
    void read()
  }

  /** The final record takes the place of the live rows: it is read aside and put in at once. */
  async function settle(): Promise<void> {
    shown += 1
    reading = false
    const whole = new LogLines()
    try {
      const end = await readInto(whole, 0, () => undefined)
      if (end === null) return
      offset = end
      log.value = whole
      version.value += 1
      loaded.value = true
      error.value = null
    } catch (thrown) {
      error.value = commandError(thrown)
    }
  }

  watch(
    () => [source.value?.runId, source.value?.attempt, source.value?.started] as const,
    () => begin(),
    { immediate: true },
  )
  watch(
    () => source.value?.over,
    (over, before) => {
      if (over && before === false && source.value?.started) void settle()
    },
  )

  const writing = computed(() => source.value !== null && source.value.started && !source.value.over)
  watch(
    () => live.sequence,
    () => writing.value && void read(),
  )
  const reader = setInterval(() => writing.value && void read(), READ_EVERY_MS)

  let followed: string | null = null
  function follow(): void {
    if (writing.value && source.value) {
      followed = source.value.runId
      void backend.logFollow({ runId: followed, on: true }).catch(() => undefined)
    } else unfollow()
  }
  function unfollow(): void {
    if (followed) void backend.logFollow({ runId: followed, on: false }).catch(() => undefined)
    followed = null
  }
  watch(() => [writing.value, source.value?.runId], follow, { immediate: true })
  const follower = setInterval(follow, FOLLOW_EVERY_MS)
  onScopeDispose(() => {
    shown += 1
    clearInterval(reader)
    clearInterval(follower)
    unfollow()
  })

  return { log, version, loaded, error, writing, retry: begin }
}
