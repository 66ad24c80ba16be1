import type { Backend } from '../backend'

/** What the system opens: a test says it by an event whose detail is the address. */
export function fakeLinks(answer: <T>(value: () => T) => Promise<T>): Pick<Backend, 'linkTake' | 'onLink'> {
  let asked: string | null = null
  return {
    linkTake: () =>
      answer(() => {
        const link = asked
        asked = null
        return link
      }),
    onLink: async (listener) => {
      const onLink = (event: Event) => {
        asked = (event as CustomEvent<string>).detail
        listener()
      }
      addEventListener('belfry-link', onLink)
      return () => removeEventListener('belfry-link', onLink)
    },
  }
}
