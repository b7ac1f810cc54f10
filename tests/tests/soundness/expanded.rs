//! The schemas of `drawn.rs`, expanded and interpreted with the same parameters: equal to the last bit.

use ttt_dsl::instance::instantiate;
use ttt_runtime::burn::tensor::TensorData;
use ttt_runtime::{AnyTensor, Context, Device, Init, Int, Module, ModuleFactory, Tensor};

use crate::drawn;

fn ids() -> Tensor<2, Int> {
    Tensor::from_data([[1, 4, 9, 2], [10, 0, 3, 3]], &Device::flex())
}

fn bits(tensor: impl Into<AnyTensor>) -> (Vec<usize>, Vec<u32>) {
    let tensor: AnyTensor = tensor.into();
    let shape = tensor.shape();
    let data: TensorData = tensor.into_data();
    let numbers = data.try_to_vec::<f32>().unwrap();
    (shape, numbers.into_iter().map(f32::to_bits).collect())
}

macro_rules! agree {
    ($($module:ident)*) => {$(
        #[test]
        fn $module() {
            use drawn::$module::{Drawn, DrawnConfig};
            let init = Init::new(Device::flex());
            for flag in [true, false] {
                let config = DrawnConfig { flag, ..DrawnConfig::default() };
                let model = config.init_lm(&init).unwrap();
                let logits = model.forward(&mut Context::new(), ids());
                let instance = instantiate(Drawn::program(), "Drawn", Some("lm"), &config.values()).unwrap();
                let twin = ModuleFactory::new()
                    .from_instance(Drawn::program().clone(), instance, &init)
                    .unwrap();
                let twin = twin.try_load_record(model.into_record()).unwrap();
                let found = twin.run(&mut Context::new(), [("input_ids", AnyTensor::from(ids()))]).unwrap();
                assert_eq!(bits(found["logits"].clone()), bits(logits));
            }
        }
    )*};
}

agree! {
    drawn_0 drawn_1 drawn_2 drawn_3 drawn_4 drawn_5 drawn_6 drawn_7 drawn_8 drawn_9 drawn_10 drawn_11
}
