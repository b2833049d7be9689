import { judgeCase } from "../../judge-case.ts";
import type { Way } from "../way.ts";

export const mtlsShield: Way = (test, time) => judgeCase(test, time).actual === "SUCCESS";
