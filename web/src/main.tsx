import "../../console/static/tokens.css";
import "./style.css";

import { setLogLevel } from "@livekit/components-react";
import { setLogLevel as setClientLogLevel } from "livekit-client";
import { createRoot } from "react-dom/client";

import { App } from "./App.tsx";

setLogLevel("error");
setClientLogLevel("warn");
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
