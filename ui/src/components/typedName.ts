import type { InjectionKey, Ref } from 'vue'

/** What somebody has to type before something dangerous; empty where a click is enough. */
export const typedNameKey: InjectionKey<Ref<string>> = Symbol('typedName')
