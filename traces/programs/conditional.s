@ IT blocks of every length, with instructions that change the flags in between; conditional and table branches.
  .include "program.inc"
  function main
  push {r4-r6, lr}
  movs r0, #3
  movs r1, #0
  cmp r0, #3
  it eq
  addeq r1, r1, #1
  ite ne
  addne r1, r1, #2
  addeq r1, r1, #4
  itet lt
  addlt r1, r1, #8
  addge r1, r1, #16
  addlt r1, r1, #32
  ittte ge
  addge r1, r1, #64
  lslge r2, r1, #3
  subge r3, r2, r1
  movlt r3, #9
  @ CMP inside of the block decides about the rest.
  ittee ls
  addls r1, r1, #1
  cmpls r0, #9
  movhi r4, #5
  movhi r5, #6
  itt eq
  cmpeq r0, #4
  moveq r4, #7
  it vc
  movsvc r5, #1                @ does not set flags in an IT block
  cbz r1, 1f
  cbnz r1, 2f
1: movs r1, #0xFF
2: b.w 3f
  movs r1, #0xFE
3: bhi.w 4f
  movs r6, #2
4:
  @ Table branches.
  movs r4, #0
5: tbb [pc, r4]
6: .byte (7f - 6b) / 2, (8f - 6b) / 2, (9f - 6b) / 2, 0
7: adds r1, r1, #1
  movs r4, #1
  b 5b
8: adds r1, r1, #2
  movs r4, #2
  b 5b
9: movs r4, #1
  tbh [pc, r4, lsl #1]
10: .hword (7b - 10b) / 2, (11f - 10b) / 2
11: ldr r2, =12f + 1
  bx r2
  movs r1, #0
12: ldr r2, =callee
  blx r2
  bl callee
  cmp r1, #0
  itt ne
  movne r5, #77
  popne {r4-r6, pc}
  movs r5, #88
  function callee
  push {r1, lr}
  cmp r1, r1
  it eq
  popeq {r1, pc}
  b callee
  .ltorg
