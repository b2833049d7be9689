export const anyPolicy = "2.5.29.32.0";
export const policyA = "1.3.6.1.4.1.32473.1.1";
export const policyB = "1.3.6.1.4.1.32473.1.2";
export const policyC = "1.3.6.1.4.1.32473.1.3";
