import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Whether another account may enter every folder on the way and read or execute what is at the end. Null means ourselves: always. */
export async function canReach(path: string, user: { readonly uid: number } | null): Promise<boolean> {
  if (user === null) return true
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid } = await stat(at)
    if ((uid === user.uid ? (mode >> 6) & 1 : mode & 1) === 0) return false
    if (dirname(at) === at) return true
  }
}

/** A folder that everybody may enter. One that exists keeps its permissions. */
export async function makeReadableFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true })
  if (made !== undefined) await chmod(path, 0o755)
}

/** Copies a tree so that everybody can read it, whatever the umask; appears at once and whole, or not at all. */
export async function copyReadable(source: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.draft`
  await makeReadableFolder(dirname(target))
  copyTree(source, draft)
  try {
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another server finished the same copy first.
    if (!(await exists(target))) throw error
  }
}

/** Without waiting between its thousand small files, which takes a twentieth of the time; nothing else runs at that moment. */
function copyTree(source: string, target: string): void {
  mkdirSync(target)
  chmodSync(target, 0o755)
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const from = join(source, entry.name)
    const to = join(target, entry.name)
    if (entry.isDirectory()) copyTree(from, to)
    else if (entry.isFile()) {
      copyFileSync(from, to)
      chmodSync(to, (statSync(from).mode & 0o100) === 0 ? 0o644 : 0o755)
    }
    // Symbolic links are made again from the package's list.
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
