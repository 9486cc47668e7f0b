import type { ReactNode } from 'react'
import { ApiError, reasonOf } from '../api/client.ts'
import { Icon } from './icon.tsx'

/** What went wrong, in the server's words, and that nothing is hidden behind it. */
export function Problem({ error, title = 'This could not be loaded' }: { error: unknown; title?: string }) {
  const next =
    error instanceof ApiError && error.status === 404
      ? 'It may have been deleted, or it is not part of this server yet.'
      : ''
  return (
    <div className="pad">
      <div className="note" data-s="failed" role="alert">
        <Icon name="s-failed" />
        <span>
          <b>{title}.</b> {reasonOf(error)} {next}
        </span>
      </div>
    </div>
  )
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="pad mute" role="status">
      Loading {what}…
    </p>
  )
}

interface EmptyProps {
  readonly title: string
  readonly children: ReactNode
  readonly command?: string
  readonly action?: ReactNode
}

/** What this is, what it gives you, and the command that makes the first one. */
export function Empty({ title, children, command, action }: EmptyProps) {
  return (
    <div className="pad empty-state">
      <h2>{title}</h2>
      <p className="dim">{children}</p>
      {command === undefined ? null : <Command text={command} />}
      {action}
    </div>
  )
}

export function Command({ text }: { readonly text: string }) {
  return (
    <div className="cmd multi">
      <code>{text}</code>
      <button
        type="button"
        className="ib"
        aria-label="Copy command"
        onClick={() => void navigator.clipboard.writeText(text)}
      >
        <Icon name="copy" className="i-14" />
      </button>
    </div>
  )
}
