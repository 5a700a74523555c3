import { mount } from "svelte";
import "./style/palette.css";
import "./style/elements.css";
import "./style/layout.css";
import App from "./shell/App.svelte";

mount(App, { target: document.body });
