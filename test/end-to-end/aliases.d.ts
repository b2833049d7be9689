// Older majors of the frameworks, installed under other names; what the tests use of them has the same types.
declare module "express4" {
  import express from "express";
  export default express;
}
declare module "koa2" {
  import Koa from "koa";
  export default Koa;
}
