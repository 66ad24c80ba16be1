import { useToast } from '@nuxt/ui/composables'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useBackend } from '../backend/backend'
import type { BulkTarget, DroppedFile, OpenedFile } from '../backend/types'
import { copyText } from '../components/copy'
import { plainText } from '../components/text'
import { useActions } from './actions'

const EVERY_JOB: BulkTarget = { query: { text: '', except: [] } }
const NAMED_MAX = 5

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

  /** Says how many jobs left, and which could not. */
  function took(title: string, { left_out: left }: { left_out: readonly string[] }, path?: string): void {
    toast.add({
      title: plainText(title),
      description: left.length
        ? t('lists.exportLeft', { n: left.length, names: plainText(left.slice(0, NAMED_MAX).join(', ')) })
        : undefined,
      icon: left.length ? 'i-lucide-triangle-alert' : 'i-lucide-circle-check',
      color: left.length ? 'warning' : 'success',
      actions: path
        ? [
            {
              label: t('lists.copyPath'),
              color: 'neutral',
              variant: 'outline',
              onClick: () => void copyText(path),
            },
          ]
        : [],
    })
  }

  return {
    open: () =>
      attempt(async () => {
        const file = await backend.fileOpen()
        if (file) await show(file)
      }),
    /** A file that came by itself. */
    take: ({ file, error }: DroppedFile) => (file ? void show(file) : failed(error)),
    openCrontab: () => router.push({ name: 'import', query: { from: 'computer' } }),
    save: (target: BulkTarget = EVERY_JOB) =>
      attempt(async () => {
        const saved = await backend.jobsSave({ target })
        if (!saved) return
        const { path, count: n } = saved
        took(t('lists.exported', { n, path }, n), saved, path)
      }),
    copy: (target: BulkTarget = EVERY_JOB) =>
      attempt(async () => {
        const taken = await backend.jobsText({ target })
        await copyText(taken.text)
        took(t('import.copied', { n: taken.count }, taken.count), taken)
      }),
  }
}
