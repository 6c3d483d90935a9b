/** The inline style of every page. The content security policy allows it by its hash. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #eef1f4; --sheet: #fff; --ink: #1b1f24; --quiet: #4d5661; --line: #c5ccd3;
  --action: #0a4da2; --on-action: #fff;
  --question: #0a4da2; --success: #0b6b3a; --part: #0b6072; --notice: #4d5661; --warning: #8a5300; --defect: #a4161a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d0f12; --sheet: #171b20; --ink: #eceff2; --quiet: #b4bdc6; --line: #464f58;
    --action: #9cc7ff; --on-action: #08213f;
    --question: #9cc7ff; --success: #7ddba3; --part: #7fd3e6; --notice: #b4bdc6; --warning: #f5c26b; --defect: #ff9d9d;
  }
}
* { box-sizing: border-box; }
body {
  max-width: 42rem; min-height: 100vh; margin: 0 auto; padding: 1.5rem 1rem 2rem;
  color: var(--ink); overflow-wrap: anywhere;
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
html { background: var(--ground); }
header { display: flex; align-items: center; gap: 0.75rem; padding: 0 0.25rem 1rem; font-weight: 600; }
header img { height: 2.5rem; max-width: 9rem; padding: 0.25rem; border-radius: 0.375rem; background: #fff; object-fit: contain; }
main {
  padding: 1.5rem 1.5rem 1.75rem; border: 1px solid var(--line); border-top: 0.375rem solid var(--tone);
  border-radius: 0.75rem; background: var(--sheet);
}
.question { --tone: var(--question); } .success { --tone: var(--success); } .part { --tone: var(--part); }
.notice { --tone: var(--notice); } .warning { --tone: var(--warning); } .defect { --tone: var(--defect); }
.tone { display: flex; align-items: center; gap: 0.5rem; margin: 0 0 0.5rem; color: var(--tone); font-weight: 600; }
.tone svg { flex: none; width: 1.75rem; height: 1.75rem; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 1.75rem 0 0.5rem; font-size: 1.15rem; line-height: 1.3; }
p, ul, ol, dl { margin: 0 0 1rem; }
ul, ol { padding-left: 1.4rem; }
li { margin: 0.3rem 0; }
main > :last-child { margin-bottom: 0; }
dl { border-top: 1px solid var(--line); }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 11rem; color: var(--quiet); }
dd { flex: 1 1 12rem; margin: 0; font-weight: 600; }
code { font-size: 0.95em; }
.quiet { color: var(--quiet); }
a { color: var(--action); }
footer { padding: 1rem 0.25rem 0; color: var(--quiet); }
footer p { margin: 0 0 0.25rem; }
footer p a { display: inline-block; }
button {
  display: block; width: 100%; min-height: 3rem; margin: 1.5rem 0; padding: 0.6rem 1.25rem;
  border: 2px solid transparent; border-radius: 0.5rem; background: var(--action); color: var(--on-action);
  font: inherit; font-weight: 600; overflow-wrap: anywhere; cursor: pointer;
}
button:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--action); outline-offset: 3px; }
@media (max-width: 30rem) { main { padding: 1.25rem 1.125rem 1.5rem; } dt { flex-basis: 100%; } }
@media (forced-colors: active) { button { border-color: ButtonText; } .tone { color: CanvasText; } }
@media print { html { background: none; } button { display: none; } }
`;
