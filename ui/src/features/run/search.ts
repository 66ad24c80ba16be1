import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { LogLines } from '../../components/log'
import { MATCHES_MAX, searchLog, type Found, type LogMatch } from '../../components/logSearch'

const nothing: Found = { matches: [], searched: 0, done: true }

/** The search over a log: it goes on while lines come, and never holds up whoever types. */
export function useLogSearch(log: Ref<LogLines>, version: Ref<number>) {
  const text = ref('')
  const found = shallowRef<Found>(nothing)
  const place = ref(-1)
  // Counts the searches: an earlier one stops.
  let current = 0

  function search(known: Found): void {
    const mine = (current += 1)
    void searchLog(
      log.value.lines,
      text.value,
      known,
      () => mine === current,
      (now) => {
        found.value = now
        if (place.value < 0 && now.matches.length) place.value = 0
      },
    )
  }

  watch(text, (now) => {
    place.value = -1
    found.value = nothing
    if (now) search(nothing)
    else current += 1
  })
  // The last line may have grown; lines before it never change.
  watch([log, version], ([now], [before]) => {
    if (!text.value) return
    if (now !== before) return search(nothing)
    const searched = Math.max(0, found.value.searched - 1)
    const matches = found.value.matches.filter((match) => match.line < searched)
    search({ matches, searched, done: false })
  })
  onScopeDispose(() => (current += 1))

  const matches = computed(() => found.value.matches)
  const byLine = computed(() => {
    const map = new Map<number, number[]>()
    for (const { line, start } of matches.value) {
      const starts = map.get(line)
      if (starts) starts.push(start)
      else map.set(line, [start])
    }
    return map
  })
  return {
    text,
    matches,
    byLine,
    place,
    isFull: computed(() => matches.value.length >= MATCHES_MAX),
    isDone: computed(() => found.value.done),
    current: computed<LogMatch | null>(() => matches.value[place.value] ?? null),
    step(by: number): void {
      const all = matches.value.length
      if (all) place.value = (place.value + by + all) % all
    },
  }
}
