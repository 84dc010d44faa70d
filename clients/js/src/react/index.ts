/** React bindings of Mediadock. The look is in `mediadock/react/style.css`; without it the markup is plain. */
export type * from "./types.js";
