import { PracticeSession } from "./session"
const session = new PracticeSession()
;(window as unknown as { s: PracticeSession }).s = session
