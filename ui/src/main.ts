import '@/styles/main.css'
import ui from '@nuxt/ui/vue-plugin'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { backendKey, type Backend } from './backend/backend'
import { i18n } from './i18n'
import { router } from './router'

async function chooseBackend(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./backend/tauri')).tauriBackend()
  return (await import('./backend/fake')).fakeBackend(new URLSearchParams(location.search))
}

// Data stays fresh until the backend says otherwise; nothing is read because a window gets the focus.
const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      retry: false,
      networkMode: 'always',
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
  },
})

createApp(App)
  .provide(backendKey, await chooseBackend())
  .use(createPinia())
  .use(i18n)
  .use(router)
  .use(VueQueryPlugin, { queryClient })
  .use(ui)
  .mount('#app')
