import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/client.ts'
import { LiveUpdates } from './api/live.tsx'
import { Login } from './parts/login.tsx'
import { applyTheme, readTheme } from './parts/theme.ts'
import { router } from './router.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/pages.css'

function App() {
  const [isStranger, setStranger] = useState(false)
  const [client] = useState(
    () =>
      new QueryClient({
        queryCache: new QueryCache({
          onError: (error) => {
            if (error instanceof ApiError && error.status === 401) setStranger(true)
          },
        }),
        defaultOptions: {
          queries: {
            staleTime: 2_000,
            retry: (count, error) => !(error instanceof ApiError) && count < 3,
          },
        },
      }),
  )
  if (isStranger)
    return (
      <Login
        onDone={() => {
          client.clear()
          setStranger(false)
        }}
      />
    )
  return (
    <QueryClientProvider client={client}>
      <LiveUpdates>
        <RouterProvider router={router} />
      </LiveUpdates>
    </QueryClientProvider>
  )
}

applyTheme(readTheme())
const element = document.querySelector('#root')
if (element !== null)
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
