import { useToast } from '@nuxt/ui/composables'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useBackend } from '../backend/backend'
import type { DroppedFile, OpenedFile } from '../backend/types'
import { copyText } from '../components/copy'
import { plainText } from '../components/text'
import { useActions } from './actions'

/** The file that is open, until another one is. */
export const useOpenedFile = defineStore('openedFile', () => ({ file: shallowRef<OpenedFile | null>(null) }))

/** What people do with files, from whichever screen. */
export function useFileActions() {
  const backend = useBackend()
  const router = useRouter()
  const toast = useToast()
  const opened = useOpenedFile()
  const { attempt, failed } = useActions()
  const { t } = useI18n()

  async function show(file: OpenedFile): Promise<void> {
    opened.file = file
    await router.push(
      file.kind === 'crontab' ? { name: 'import', query: { from: 'file' } } : { name: 'apply' },
    )
  }

  const done = (title: string) =>
    toast.add({ title: plainText(title), icon: 'i-lucide-circle-check', color: 'success' })

  return {
    open: () =>
      attempt(async () => {
        const file = await backend.fileOpen()
        if (file) await show(file)
      }),
    /** A file that came by itself. */
    take: ({ file, error }: DroppedFile) => (file ? void show(file) : failed(error)),
    openCrontab: () => router.push({ name: 'import', query: { from: 'computer' } }),
    /** Without ids all jobs. */
    save: (jobIds: string[] = []) =>
      attempt(async () => {
        const name = await backend.jobsSave({ jobIds })
        if (name) done(t('import.saved', { name }))
      }),
    copy: (jobIds: string[] = []) =>
      attempt(async () => {
        await copyText(await backend.jobsText({ jobIds }))
        done(t('import.copied'))
      }),
  }
}
