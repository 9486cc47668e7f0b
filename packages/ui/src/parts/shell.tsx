import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useConnection } from '../api/live.tsx'
import { keepLogin, readLogin } from '../api/session.ts'
import { Icon, Logo } from './icon.tsx'
import { applyTheme, readTheme, THEMES } from './theme.ts'

const NAV = [
  { to: '/', label: 'Home', icon: 'house' },
  { to: '/runs', label: 'Runs', icon: 'list-video' },
  { to: '/deployments', label: 'Deployments', icon: 'rocket' },
  { to: '/work-pools', label: 'Pools', icon: 'waypoints' },
  { to: '/flows', label: 'Flows', icon: 'git-branch' },
  { to: '/events', label: 'Events', icon: 'radio' },
  { to: '/blocks', label: 'Blocks & secrets', icon: 'key-round' },
  { to: '/variables', label: 'Variables', icon: 'variable' },
  { to: '/concurrency-limits', label: 'Limits', icon: 'gauge' },
] as const

const TABS = [NAV[0], NAV[1], { ...NAV[2], label: 'Deploy' }, NAV[3], { ...NAV[6], label: 'Blocks' }] as const

const WORDS = { connecting: 'Connecting…', live: 'Live', reconnecting: 'Reconnecting…' } as const

export function Shell() {
  const { pathname } = useLocation()
  const connection = useConnection()
  useSearchKey()
  useEffect(() => {
    document.querySelector('#main')?.scrollTo(0, 0)
  }, [pathname])
  return (
    <>
      <a className="skip" href={`${pathname}#main`} onClick={focusMain}>
        Skip to content
      </a>
      <div className="shell">
        <nav className="nav" aria-label="Main">
          <Link to="/" className="brand">
            <Logo />
            <span>Slipway</span>
          </Link>
          {NAV.map(({ to, label, icon }) => (
            <Link key={to} to={to} className="n" title={label} activeOptions={{ exact: to === '/' }}>
              <Icon name={icon} />
              <span className="lbl">{label}</span>
            </Link>
          ))}
          <div className="foot">
            <a className="link" href="docs">
              API reference
            </a>
            <span>/ finds</span>
          </div>
        </nav>
        <header className="top">
          <Logo className="mk" />
          <span className="grow" />
          <span className={`live${connection === 'live' ? '' : ' off'}`} role="status">
            {WORDS[connection]}
          </span>
          <span className="t12 mute h-m" title="Times are shown in this zone">
            {Intl.DateTimeFormat().resolvedOptions().timeZone}
          </span>
          <ThemeSwitch />
          {readLogin() === null ? null : <SignOut />}
        </header>
        <main id="main" className="main" tabIndex={-1}>
          {connection === 'reconnecting' ? (
            <div className="banner" data-s="warn" role="status">
              <Icon name="s-warn" />
              <span>
                The connection to the server is broken. What you see is from before; it is tried again by itself.
              </span>
            </div>
          ) : null}
          <Outlet />
        </main>
        <nav className="tabbar" aria-label="Sections">
          {TABS.map(({ to, label, icon }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/' }}>
              <Icon name={icon} />
              {label}
            </Link>
          ))}
        </nav>
      </div>
    </>
  )
}

function focusMain(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')?.focus()
}

/** `/` goes to the page's search field, unless something is being typed. */
function useSearchKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      const field = document.querySelector<HTMLInputElement>('[data-search]')
      if (field === null) return
      event.preventDefault()
      field.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme)
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return (
    <button
      type="button"
      className="btn gh sm"
      title={`Theme: ${theme}. Next: ${next}`}
      onClick={() => {
        applyTheme(next)
        setTheme(next)
      }}
    >
      <Icon name="sun-moon" />
      <span className="sr">Theme: </span>
      <span className="h-m">{theme}</span>
    </button>
  )
}

function SignOut() {
  const client = useQueryClient()
  return (
    <button
      type="button"
      className="btn gh sm"
      onClick={() => {
        keepLogin(null)
        client.clear()
        window.location.reload()
      }}
    >
      Sign out
    </button>
  )
}
