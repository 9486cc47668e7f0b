import { type ReactNode, useEffect, useRef } from 'react'
import { reasonOf } from '../api/client.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly title: string
  readonly children: ReactNode
  readonly verb: string
  readonly danger?: boolean
  readonly isBusy: boolean
  readonly error: unknown
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks once more. The browser's own dialog keeps the focus inside and closes with Escape. */
export function Confirm({ title, children, verb, danger = false, isBusy, error, onConfirm, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="confirm" onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      <div className="dim">{children}</div>
      {error === null || error === undefined ? null : (
        <p className="err" role="alert">
          <Icon name="s-failed" />
          {reasonOf(error)}
        </p>
      )}
      <div className="row confirm-f">
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button type="button" className={`btn ${danger ? 'dan' : 'pri'}`} disabled={isBusy} onClick={onConfirm}>
          {isBusy ? 'Working…' : verb}
        </button>
      </div>
    </dialog>
  )
}
