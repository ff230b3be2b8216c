import { render } from "preact"
import { App } from "./view/app"
import { boot } from "./view/practice"

render(<App />, document.getElementById("app")!)
void boot()
