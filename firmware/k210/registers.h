// The registers used here, under the names that the K210's standalone SDK gives them.

#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define REGISTER64(address) (*(volatile uint64_t *)(uintptr_t)(address))

// Core-local interrupts: one word per hart to call it, and the timer.
#define CLINT_MSIP(hart) REGISTER(0x02000000u + 4 * (hart))

// Platform interrupts, machine mode.
#define PLIC_PRIORITY(source) REGISTER(0x0C000000u + 4 * (source))
#define PLIC_ENABLE(hart, source) REGISTER(0x0C002000u + 0x100 * (hart) + 4 * ((source) / 32))
#define PLIC_THRESHOLD(hart) REGISTER(0x0C200000u + 0x2000 * (hart))
#define PLIC_CLAIM(hart) REGISTER(0x0C200004u + 0x2000 * (hart))
#define PLIC_SOURCES 65u
#define PLIC_AI 25u
#define PLIC_DMA(channel) (27u + (channel))

// UARTHS, the SiFive UART.
#define UARTHS_TXDATA REGISTER(0x38000000u)
#define UARTHS_TXDATA_FULL (1u << 31)
#define UARTHS_TXCTRL REGISTER(0x38000008u)
#define UARTHS_TXCTRL_ENABLE (1u << 0)
#define UARTHS_TXCTRL_LEVEL(count) ((count) << 16)
#define UARTHS_IP REGISTER(0x38000014u)
#define UARTHS_IP_TXWM (1u << 0)
#define UARTHS_DIV REGISTER(0x38000018u)

// The pins' function selector.
#define FPIOA_IO(pin) REGISTER(0x502B0000u + 4 * (pin))

// Clocks and resets.
#define SYSCTL_PLL(n) REGISTER(0x50440008u + 4 * (n))
#define SYSCTL_PLL_RESET (1u << 20)
#define SYSCTL_PLL_POWER (1u << 21)
#define SYSCTL_PLL_OUTPUT (1u << 25)
#define SYSCTL_PLL_LOCK REGISTER(0x50440018u)
#define SYSCTL_CLK_SEL0 REGISTER(0x50440020u)
#define SYSCTL_CLK_SEL0_ACLK_PLL0 (1u << 0)
#define SYSCTL_CLK_EN_CENT REGISTER(0x50440028u)
#define SYSCTL_CLK_EN_CENT_APB0 (1u << 3)
#define SYSCTL_CLK_EN_PERI REGISTER(0x5044002Cu)
#define SYSCTL_CLK_EN_PERI_DMA (1u << 1)
#define SYSCTL_CLK_EN_PERI_AI (1u << 2)
#define SYSCTL_CLK_EN_PERI_FPIOA (1u << 20)
#define SYSCTL_CLK_TH0 REGISTER(0x50440038u)
#define SYSCTL_CLK_TH0_AI (15u << 8)
#define SYSCTL_DMA_SEL0 REGISTER(0x50440064u)
#define SYSCTL_DMA_SEL1 REGISTER(0x50440068u)

// DMA controller.
#define DMAC_CFG REGISTER64(0x50000010u)
#define DMAC_CFG_ENABLE 1u
#define DMAC_CFG_INTERRUPTS 2u
#define DMAC_CHEN REGISTER64(0x50000018u)
#define DMAC_RESET REGISTER64(0x50000058u)
#define DMAC_CHANNEL(channel, offset) REGISTER64(0x50000100u + 0x100 * (channel) + (offset))
#define DMAC_SAR(channel) DMAC_CHANNEL(channel, 0x00)
#define DMAC_DAR(channel) DMAC_CHANNEL(channel, 0x08)
#define DMAC_BLOCK_TS(channel) DMAC_CHANNEL(channel, 0x10)
#define DMAC_CTL(channel) DMAC_CHANNEL(channel, 0x18)
#define DMAC_CHANNEL_CFG(channel) DMAC_CHANNEL(channel, 0x20)
#define DMAC_INTSTATUS_EN(channel) DMAC_CHANNEL(channel, 0x80)
#define DMAC_INTCLEAR(channel) DMAC_CHANNEL(channel, 0x98)
#define DMAC_INT_DONE (1u << 1)

// The KPU.
#define KPU_LAYER_FIFO REGISTER64(0x40800000u)
#define KPU_INTERRUPT_STATUS REGISTER64(0x40800008u)
#define KPU_INTERRUPT_MASK REGISTER64(0x40800018u)
#define KPU_INTERRUPT_CLEAR REGISTER64(0x40800020u)
#define KPU_FIFO_THRESHOLD REGISTER64(0x40800028u)
#define KPU_DATA_OUT_ADDRESS 0x40800030u
#define KPU_FIFO_CONTROL REGISTER64(0x40800038u)
#define KPU_EIGHT_BIT_MODE REGISTER64(0x40800040u)

#endif
